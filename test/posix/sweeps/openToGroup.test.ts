// @module-tag root
// @module-tag acl
import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openToGroup } from '../../../src/posix/sweeps/openToGroup.js';
import type { OpenToGroupRequest } from '../../../src/posix/sweeps/openToGroup.js';
import type { SweepReport } from '../../../src/posix/handles/tree.js';
import { WWW_DATA } from '../support/identities.js';
import { freshPlace, run } from '../support/place.js';
import { directory, file, modeOf, ownerOf, snapshot } from '../support/trees.js';

async function opened(root: string, request: Partial<OpenToGroupRequest> = {}): Promise<SweepReport> {
  const done = await openToGroup(root, {
    gid: 33,
    owners: [33, 1000],
    keepSecrets: () => false,
    unprotectedHardlinks: 'allow',
    ...request,
  });
  if (done.isErr()) throw new Error(done.error.message);
  return done.value;
}

function reasons(report: SweepReport, root: string): Record<string, string> {
  return Object.fromEntries(report.skipped.map((entry) => [entry.path.slice(root.length + 1), entry.reason]));
}

/** A plugins directory as the agent leaves it. */
function plugins(): string {
  const root = join(freshPlace(), 'plugins');
  directory(root, 0o755, 33);
  return root;
}

describe('openToGroup', () => {
  it('gives directories the group, setgid and all of its bits, and files the group, read and write', async () => {
    const root = plugins();
    directory(join(root, 'one'), 0o755, 1000);
    file(join(root, 'one/a.php'), 0o644, 1000);
    file(join(root, 'one/run'), 0o755, 33);
    expect(await opened(root)).toMatchObject({ changed: 4, skipped: [], complete: true });
    expect([modeOf(root), modeOf(join(root, 'one'))]).toEqual(['2775', '2775']);
    expect([modeOf(join(root, 'one/a.php')), ownerOf(join(root, 'one/a.php'))]).toEqual(['0664', '1000:33']);
    expect(modeOf(join(root, 'one/run'))).toBe('0775');
    const before = snapshot(root);
    expect(await opened(root)).toMatchObject({ changed: 0, skipped: [], complete: true });
    expect(snapshot(root)).toEqual(before);
  });

  it('never widens secrets, private files and closed directories, and lists them', async () => {
    const root = plugins();
    file(join(root, 'wp-config.php'), 0o644, 33);
    file(join(root, 'dump.sql'), 0o640, 33);
    directory(join(root, 'closed'), 0o700, 33);
    file(join(root, 'closed/inside'), 0o644, 33);
    directory(join(root, '.ssh'), 0o755, 33);
    file(join(root, '.ssh/inside'), 0o644, 33);
    const keepSecrets = (name: Buffer): boolean => ['wp-config.php', '.ssh'].includes(name.toString());
    const before = snapshot(root);
    const report = await opened(root, { keepSecrets });
    expect(reasons(report, root)).toEqual({
      'wp-config.php': 'secret',
      'dump.sql': 'private',
      closed: 'private',
      '.ssh': 'secret',
    });
    const after = snapshot(root);
    for (const [path, was] of before) if (path !== '') expect(after.get(path), path).toBe(was);
  });

  it('opens a directory closed to the world when the given reader could use it before', async () => {
    const root = plugins();
    directory(join(root, 'site'), 0o750, 1000, 33);
    file(join(root, 'site/page.php'), 0o644, 1000, 33);
    file(join(root, 'site/own.php'), 0o640, 1000, 33);
    directory(join(root, 'agent'), 0o700, 1000, 1000);
    const report = await opened(root, { reader: WWW_DATA });
    expect(reasons(report, root)).toEqual({ 'site/own.php': 'private', agent: 'private' });
    expect([modeOf(join(root, 'site')), modeOf(join(root, 'site/page.php'))]).toEqual(['2770', '0664']);
  });

  it('leaves what others own and lists it, but looks into their directories', async () => {
    const root = plugins();
    directory(join(root, 'roots'), 0o755, 0);
    file(join(root, 'roots/ours.php'), 0o644, 1000);
    file(join(root, 'roots/theirs.php'), 0o644, 0);
    file(join(root, 'right.php'), 0o664, 0, 33);
    const report = await opened(root);
    expect(reasons(report, root)).toEqual({ roots: 'foreign-owner', 'roots/theirs.php': 'foreign-owner' });
    expect(ownerOf(join(root, 'roots/ours.php'))).toBe('1000:33');
    expect(modeOf(join(root, 'roots'))).toBe('0755');
  });

  it('leaves links, FIFOs, hard links and setuid files as they are', async () => {
    const root = plugins();
    const decoy = freshPlace();
    file(join(decoy, 'outside'), 0o644, 33);
    symlinkSync(join(decoy, 'outside'), join(root, 'link'));
    linkSync(join(decoy, 'outside'), join(root, 'linked'));
    file(join(root, 'suid'), 0o4755, 33);
    run('mkfifo', [join(root, 'pipe')]);
    const before = snapshot(decoy);
    const report = await opened(root);
    expect(reasons(report, root)).toEqual({ linked: 'hard-link', suid: 'setuid' });
    expect(snapshot(decoy)).toEqual(before);
    expect(modeOf(join(root, 'suid'))).toBe('4755');
  });

  it('keeps the mode where asked, and still sets the group', async () => {
    const root = plugins();
    file(join(root, 'wp-coding-agents-channel.php'), 0o644, 1000);
    file(join(root, 'other.php'), 0o644, 1000);
    await opened(root, { keepModes: [/(^|\/)wp-coding-agents-[^/]*\.php$/g] });
    const kept = join(root, 'wp-coding-agents-channel.php');
    expect([modeOf(kept), ownerOf(kept), modeOf(join(root, 'other.php'))]).toEqual(['0644', '1000:33', '0664']);
  });

  it('widens no named entry of an ACL, which the group bits are the mask of, and lists what it left', async () => {
    const root = plugins();
    const acl = (name: string): string => run('getfacl', ['-n', '-p', '-E', '-c', join(root, name)]).trim();
    for (const name of ['named', 'narrow', 'harmless', 'plain']) file(join(root, name), 0o644, 33);
    directory(join(root, 'directory'), 0o755, 33);
    file(join(root, 'directory/inside'), 0o644, 33);
    // The mask keeps the named user from writing; the group itself may not; neither; none at all.
    run('setfacl', ['-n', '-m', 'u:1000:rw,g::rw,m::r', join(root, 'named')]);
    run('setfacl', ['-n', '-m', 'u:1000:r,g::r,m::r', join(root, 'narrow')]);
    run('setfacl', ['-n', '-m', 'u:1000:r,g::rw,m::r', join(root, 'harmless')]);
    run('setfacl', ['-n', '-m', 'g:1000:rwx,g::rwx,m::rx', join(root, 'directory')]);
    const before = ['named', 'narrow', 'directory'].map(acl);
    const report = await opened(root);
    expect(reasons(report, root)).toEqual({ named: 'acl', narrow: 'acl', directory: 'acl' });
    expect(['named', 'narrow', 'directory'].map(acl)).toEqual(before);
    expect(acl('harmless')).toContain('group::rw-');
    expect(acl('harmless')).toContain('user:1000:r--');
    expect(acl('harmless')).toContain('mask::rw-');
    expect([modeOf(join(root, 'plain')), modeOf(join(root, 'directory/inside'))]).toEqual(['0664', '0664']);
    const again = await opened(root);
    expect([again.changed, reasons(again, root)]).toEqual([0, reasons(report, root)]);
  });

  it('opens nothing that an ACL keeps from an account, whatever the mode bits say', async () => {
    const root = plugins();
    file(join(root, 'denied'), 0o644, 33);
    run('setfacl', ['-n', '-m', 'u:1000:-,m::r', join(root, 'denied')]);
    expect(reasons(await opened(root), root)).toEqual({ denied: 'private' });
  });
});
