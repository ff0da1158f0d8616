// @module-tag root
// @module-tag acl
// @module-tag slow
import { chmodSync, chownSync, linkSync, lstatSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { ioError } from '../../../src/posix/paths/ioError.js';
import { reclaim } from '../../../src/posix/sweeps/reclaim.js';
import type { ReclaimRequest } from '../../../src/posix/sweeps/reclaim.js';
import type { SkippedEntry, SweepReport } from '../../../src/posix/handles/tree.js';
import { WWW_DATA } from '../support/identities.js';
import { freshPlace, mount, run } from '../support/place.js';
import { bundle } from '../support/runModule.js';
import { seeded } from '../support/random.js';
import {
  directory,
  file,
  memorySink,
  modeOf,
  openDescriptors,
  ownerOf,
  randomTree,
  snapshot,
} from '../support/trees.js';

const TO_WWW = { from: 0, to: { uid: 33, gid: 33 }, unprotectedHardlinks: 'allow' } as const;

async function reclaimed(root: string, request: Partial<ReclaimRequest> = {}): Promise<SweepReport> {
  const done = await reclaim(root, { ...TO_WWW, ...request });
  if (done.isErr()) throw new Error(`${done.error.code}: ${done.error.message}`);
  return done.value;
}

function reasons(report: SweepReport, root: string): Record<string, string> {
  return Object.fromEntries(report.skipped.map((entry) => [entry.path.slice(root.length + 1), entry.reason]));
}

describe.each([true, false])('reclaim (proposals by find: %s)', (proposeWithFind) => {
  it('changes what the old owner owns and nothing else, and nothing at all the second time', async () => {
    const root = freshPlace();
    file(join(root, 'mine'));
    file(join(root, 'theirs'), 0o644, 1000);
    directory(join(root, 'sub'), 0o2750);
    file(join(root, 'sub/deep'), 0o664);
    const before = lstatSync(join(root, 'sub/deep'));

    const report = await reclaimed(root, { proposeWithFind });
    expect(report).toMatchObject({ changed: 4, skipped: [], complete: true });
    for (const name of ['', 'mine', 'sub', 'sub/deep']) expect(ownerOf(join(root, name)), name).toBe('33:33');
    expect(ownerOf(join(root, 'theirs'))).toBe('1000:1000');
    expect([modeOf(join(root, 'sub')), modeOf(join(root, 'sub/deep'))]).toEqual(['2750', '0664']);
    expect(lstatSync(join(root, 'sub/deep')).mtimeMs).toBe(before.mtimeMs);
    expect(await reclaimed(root, { proposeWithFind })).toMatchObject({ changed: 0, skipped: [], complete: true });
  });

  it('re-owns links, FIFOs and sockets themselves and never what a link points to', async () => {
    const root = freshPlace();
    const decoy = freshPlace();
    file(join(decoy, 'secret'), 0o600);
    symlinkSync(join(decoy, 'secret'), join(root, 'link'));
    symlinkSync(decoy, join(root, 'tree'));
    symlinkSync('nowhere', join(root, 'dangling'));
    run('mkfifo', [join(root, 'pipe')]);
    const bind = 'use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un($ARGV[0])) or die';
    run('perl', ['-e', bind, join(root, 'socket')]);

    expect(await reclaimed(root, { proposeWithFind })).toMatchObject({ changed: 6, complete: true });
    for (const name of ['link', 'tree', 'dangling', 'pipe', 'socket']) expect(ownerOf(join(root, name))).toBe('33:33');
    expect([...snapshot(decoy).values()]).toEqual(['0:0 40755', '0:0 100600']);
  });

  it('leaves hard links, setuid and setgid files and devices, with the reason', async () => {
    const root = freshPlace();
    const decoy = freshPlace();
    file(join(decoy, 'outside'));
    linkSync(join(decoy, 'outside'), join(root, 'linked'));
    file(join(root, 'suid'), 0o4755);
    file(join(root, 'sgid'), 0o2755);
    run('mknod', [join(root, 'null'), 'c', '1', '3']);
    const report = await reclaimed(root, { proposeWithFind });
    expect(reasons(report, root)).toEqual({ linked: 'hard-link', suid: 'setuid', sgid: 'setuid', null: 'device' });
    expect(report).toMatchObject({ changed: 1, complete: false });
    expect(ownerOf(join(decoy, 'outside'))).toBe('0:0');
    expect(modeOf(join(root, 'suid'))).toBe('4755');
  });

  it('gives away nothing that the reader could not read before', async () => {
    const root = freshPlace();
    chownSync(root, 33, 33);
    file(join(root, 'dump.sql'), 0o600);
    file(join(root, 'group.sql'), 0o640, 0, 33);
    directory(join(root, 'private'), 0o700);
    file(join(root, 'private/world-readable'), 0o644);
    directory(join(root, 'other'), 0o711, 1000);
    file(join(root, 'other/inside'), 0o644);
    const report = await reclaimed(root, { proposeWithFind, reader: WWW_DATA });
    expect(reasons(report, root)).toEqual({ 'dump.sql': 'private', private: 'private', other: 'private' });
    expect(report.changed).toBe(1);
    expect(ownerOf(join(root, 'group.sql'))).toBe('33:33');
    expect(ownerOf(join(root, 'private/world-readable'))).toBe('0:0');
    expect(ownerOf(join(root, 'other/inside'))).toBe('0:0');
  });

  it('gives away nothing that an ACL kept from the reader, whatever the mode bits say', async () => {
    const root = freshPlace();
    chownSync(root, 33, 33);
    for (const name of ['denied', 'group-denied', 'masked', 'allowed', 'plain']) file(join(root, name), 0o644);
    directory(join(root, 'denied-too'), 0o755);
    run('setfacl', ['-n', '-m', 'u:33:-,m::rw', join(root, 'denied')]);
    run('setfacl', ['-n', '-m', 'u:33:-,m::rwx', join(root, 'denied-too')]);
    chownSync(join(root, 'group-denied'), 0, 33);
    run('setfacl', ['-n', '-m', 'g::-,u:1:r,m::r', join(root, 'group-denied')]);
    run('setfacl', ['-n', '-m', 'u:33:rw,m::-', join(root, 'masked')]);
    run('setfacl', ['-n', '-m', 'u:33:r,m::r', join(root, 'allowed')]);
    const sink = memorySink();
    const dry = await reclaimed(root, { proposeWithFind, reader: WWW_DATA, dryRun: true });
    const report = await reclaimed(root, { proposeWithFind, reader: WWW_DATA, sink });
    expect(reasons(report, root)).toEqual({ denied: 'private', 'denied-too': 'private', 'group-denied': 'private' });
    expect([dry.wouldChange, report.changed, sink.all().length, report.notSeen]).toEqual([3, 3, 3, []]);
    expect(['masked', 'allowed', 'plain'].map((name) => ownerOf(join(root, name)))).toEqual([
      '33:33',
      '33:33',
      '33:33',
    ]);
    expect(ownerOf(join(root, 'denied'))).toBe('0:0');
  });

  it('gives away nothing below a directory that its ACL alone closes to the reader, whoever owns it', async () => {
    const root = freshPlace();
    chownSync(root, 33, 33);
    for (const name of ['shut', 'open']) {
      directory(join(root, name), 0o755, 1000);
      directory(join(root, name, 'sub'), 0o755, 33);
      file(join(root, name, 'sub/file'), 0o644);
    }
    directory(join(root, 'mine'), 0o755);
    file(join(root, 'mine/file'), 0o644);
    run('setfacl', ['-n', '-m', 'u:33:-,m::rwx', join(root, 'shut'), join(root, 'mine')]);
    run('setfacl', ['-n', '-m', 'u:33:rx,u:1:-,m::rwx', join(root, 'open')]);
    const report = await reclaimed(root, { proposeWithFind, reader: WWW_DATA });
    expect(reasons(report, root)).toEqual({ shut: 'private', mine: 'private' });
    expect([report.changed, report.notSeen]).toEqual([1, []]);
    const owners = ['shut/sub/file', 'mine/file', 'open/sub/file'].map((name) => ownerOf(join(root, name)));
    expect(owners).toEqual(['0:0', '0:0', '33:33']);
  });

  it('goes on telling of such a directory when what lies beside it changes meanwhile', async () => {
    const root = freshPlace();
    chownSync(root, 33, 33);
    directory(join(root, 'site'), 0o755, 33);
    directory(join(root, 'site/shut'), 0o755, 1000);
    file(join(root, 'site/shut/file'), 0o644);
    file(join(root, 'site/theirs'), 0o644);
    run('setfacl', ['-n', '-m', 'u:33:-,m::rwx', join(root, 'site/shut')]);
    await pause(50);
    const noted = memorySink();
    const append: typeof noted.append = (batch) => {
      if (noted.batches.length === 0) file(join(root, 'site/upload'), 0o644, 33);
      return noted.append(batch);
    };
    const report = await reclaimed(root, { proposeWithFind, reader: WWW_DATA, sink: { append } });
    expect(reasons(report, root)).toEqual({ 'site/shut': 'private' });
    expect([report.changed, report.complete, ownerOf(join(root, 'site/shut/file'))]).toEqual([1, false, '0:0']);
  });

  it('gives away nothing below directories whose ACLs it could not read for want of handles, and says so', async () => {
    const root = freshPlace();
    chownSync(root, 33, 33);
    let deep = 'way';
    directory(join(root, deep), 0o755, 33);
    for (let depth = 0; depth < 12; depth += 1) directory(join(root, (deep += '/d')), 0o755, 33);
    run('setfacl', ['-n', '-m', 'u:33:-,m::rwx', join(root, deep)]);
    chownSync(join(root, deep), 1000, 1000);
    file(join(root, deep, 'file'), 0o644);
    file(join(root, 'beside'), 0o644);
    const module = await bundle(
      `import { lookupIdentity, reclaim } from '${process.cwd()}/src/posix/index.js';
       const reader = (await lookupIdentity('www-data'))._unsafeUnwrap();
       const request = { from: 0, to: { uid: 33, gid: 33 }, unprotectedHardlinks: 'allow', reader, proposeWithFind: ${proposeWithFind} } as const;
       console.log(JSON.stringify((await reclaim('${root}', request))._unsafeUnwrap()));`,
      freshPlace(),
    );
    const report = JSON.parse(run('prlimit', ['--nofile=64', process.execPath, module])) as SweepReport;
    expect(ownerOf(join(root, deep, 'file'))).toBe('0:0');
    expect(ownerOf(join(root, 'beside'))).toBe('33:33');
    expect(report).toMatchObject({ changed: 1, complete: false });
    expect(report.skipped.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(private|unjudged)$/)]),
    );
  });

  it('finds what was moved in under it, though the times of the content were set back', async () => {
    const root = freshPlace();
    directory(join(root, 'site'), 0o755, 33);
    file(join(root, 'first'), 0o644);
    const outside = join(freshPlace(), 'sub');
    directory(outside, 0o755, 33);
    file(join(outside, 'roots'), 0o644);
    const long = new Date(Date.now() - 86_400_000);
    for (const path of [join(outside, 'roots'), outside, join(root, 'site')]) utimesSync(path, long, long);
    await pause(50);
    const noted = memorySink();
    const append: typeof noted.append = (batch) => {
      if (noted.batches.length === 0) {
        renameSync(outside, join(root, 'site/sub'));
        utimesSync(join(root, 'site'), long, long);
      }
      return noted.append(batch);
    };
    const report = await reclaimed(root, { proposeWithFind, sink: { append } });
    expect([ownerOf(join(root, 'site/sub/roots')), report.complete]).toEqual(['33:33', true]);
  });

  it('gives away nothing in a root that the reader may not list', async () => {
    const root = freshPlace();
    file(join(root, 'file'), 0o644);
    chmodSync(root, 0o700);
    chownSync(root, 1000, 1000);
    const report = await reclaimed(root, { proposeWithFind, reader: WWW_DATA });
    expect(report).toMatchObject({ changed: 0, skipped: [{ path: root, reason: 'private' }], complete: false });
    expect(ownerOf(join(root, 'file'))).toBe('0:0');
  });

  it('does not enter mounts below, bind mounts of the same filesystem and of single files among them', async () => {
    const root = freshPlace();
    const decoy = freshPlace();
    directory(join(decoy, 'below'));
    file(join(decoy, 'below/file'));
    directory(join(root, 'mnt'));
    directory(join(root, 'odd [*] name'));
    file(join(root, 'single'));
    mount(join(root, 'mnt'), '--bind', decoy);
    mount(join(root, 'odd [*] name'), '-t', 'tmpfs', 'none');
    mount(join(root, 'single'), '--bind', join(decoy, 'below/file'));
    const report = await reclaimed(root, { proposeWithFind });
    expect(reasons(report, root)).toEqual({ mnt: 'mount-point', 'odd [*] name': 'mount-point', single: 'mount-point' });
    expect(snapshot(decoy).get('/below/file')).toBe('0:0 100644');
    expect(ownerOf(decoy)).toBe('0:0');

    expect(await reclaimed(root, { proposeWithFind, crossMounts: true })).toMatchObject({ complete: true });
    expect(ownerOf(join(decoy, 'below'))).toBe('33:33');
  });

  it('lists immutable entries and goes on', async () => {
    const root = freshPlace();
    file(join(root, 'fixed'));
    file(join(root, 'free'));
    run('chattr', ['+i', join(root, 'fixed')]);
    const report = await reclaimed(root, { proposeWithFind });
    expect(reasons(report, root)).toEqual({ fixed: 'immutable' });
    expect([ownerOf(join(root, 'free')), ownerOf(join(root, 'fixed'))]).toEqual(['33:33', '0:0']);
  });

  it('leaves alone what is excluded, by absolute or relative path, with all below it', async () => {
    const root = freshPlace();
    for (const name of ['a*b', 'axb', 'keep']) directory(join(root, name));
    file(join(root, 'a*b/inside'));
    file(join(root, 'axb/inside'));
    await reclaimed(root, { proposeWithFind, exclude: [join(root, 'a*b'), 'keep/', '/elsewhere'] });
    const owners = ['a*b', 'a*b/inside', 'axb', 'axb/inside', 'keep'].map((name) => ownerOf(join(root, name)));
    expect(owners).toEqual(['0:0', '0:0', '33:33', '33:33', '0:0']);
  });

  it('changes nothing in a dry run and says what it would change', async () => {
    const root = freshPlace();
    file(join(root, 'one'));
    const before = snapshot(root);
    const sink = memorySink();
    const report = await reclaimed(root, { proposeWithFind, dryRun: true, sink });
    expect(report).toMatchObject({ changed: 0, wouldChange: 2, complete: true });
    expect(snapshot(root)).toEqual(before);
    expect(sink.batches).toEqual([]);
  });

  it('adds the group write bit only when asked, to what changes hands', async () => {
    const root = freshPlace();
    file(join(root, 'one'), 0o644);
    file(join(root, 'other'), 0o644, 1000);
    await reclaimed(root, { proposeWithFind, groupWrite: true });
    expect([modeOf(root), modeOf(join(root, 'one')), modeOf(join(root, 'other'))]).toEqual(['0775', '0664', '0644']);
  });

  it('finds every name, whatever its bytes, exactly once', async () => {
    const root = freshPlace();
    randomTree(root, seeded(11), 200);
    const before = snapshot(root);
    const sink = memorySink();
    const report = await reclaimed(root, { proposeWithFind, sink });
    const after = snapshot(root);
    const bytes = ({ path, pathBase64 }: SkippedEntry): Buffer =>
      pathBase64 === undefined ? Buffer.from(path) : Buffer.from(pathBase64, 'base64');
    const listed = new Set(report.skipped.map((entry) => bytes(entry).toString('latin1')));
    const noted = new Map<string, number>();
    for (const change of sink.all()) {
      const path = change.path.length === 0 ? '' : `/${change.path.toString('latin1')}`;
      noted.set(path, (noted.get(path) ?? 0) + 1);
    }
    for (const [path, was] of before) {
      const mine = was.startsWith('0:');
      const left = listed.has(`${root}${path}`);
      expect(after.get(path)?.startsWith('33:33 ') ?? false, path).toBe((mine && !left) || was.startsWith('33:33 '));
      expect(noted.get(path) ?? 0, path).toBe(mine && !left ? 1 : 0);
    }
    expect(report.changed).toBe(noted.size);
  });

  it('acts on nothing that the sink has not taken', async () => {
    const root = freshPlace();
    file(join(root, 'one'));
    const before = snapshot(root);
    const descriptors = openDescriptors();
    const sink = { append: () => errAsync(ioError({ code: 'ENOSPC' }, 'write', '/record')) };
    const done = await reclaim(root, { ...TO_WWW, proposeWithFind, sink });
    expect(done).toBeErr({ code: 'IO', errno: 'ENOSPC' });
    expect(snapshot(root)).toEqual(before);
    expect(openDescriptors()).toBe(descriptors);
  });

  it('works on a single file', async () => {
    const root = join(freshPlace(), 'file');
    file(root);
    expect(await reclaimed(root, { proposeWithFind })).toMatchObject({ examined: 1, changed: 1, complete: true });
    expect(ownerOf(root)).toBe('33:33');
  });

  it('stops when asked to', async () => {
    const root = freshPlace();
    file(join(root, 'one'));
    const done = await reclaim(root, { ...TO_WWW, proposeWithFind, signal: AbortSignal.abort() });
    expect(done).toBeErr({ code: 'ABORTED' });
  });

  it('also takes what was moved in or made while it was at work', async () => {
    const root = freshPlace();
    const place = freshPlace();
    for (const name of ['a', 'b']) directory(join(root, name));
    for (const name of ['tree', 'tree/sub']) directory(join(place, name));
    file(join(place, 'tree/sub/old'));
    // So that the times of what is moved in lie before the sweep.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const sink = memorySink();
    const append = sink.append.bind(sink);
    const busy = {
      append: (batch: Parameters<typeof append>[0]): ReturnType<typeof append> => {
        if (sink.batches.length === 0) {
          renameSync(join(place, 'tree'), join(root, 'b/tree'));
          file(join(root, 'a/new'));
          symlinkSync('nowhere', join(root, 'link'));
        }
        return append(batch);
      },
    };
    const report = await reclaimed(root, { proposeWithFind, sink: busy });
    expect(report).toMatchObject({ changed: 8, skipped: [], complete: true });
    expect([...snapshot(root).values()].every((seen) => seen.startsWith('33:33 '))).toBe(true);
  });

  it('says incomplete, and ends, when the old owner keeps writing', async () => {
    const root = freshPlace();
    let n = 0;
    const sink = memorySink();
    const append = sink.append.bind(sink);
    const writing = {
      ...sink,
      append: (batch: Parameters<typeof append>[0]) => {
        file(join(root, `late${(n += 1)}`));
        return append(batch);
      },
    };
    const report = await reclaimed(root, { proposeWithFind, sink: writing });
    expect(report.complete).toBe(false);
    expect(report.changed).toBeGreaterThan(1);
  });
});

describe('reclaim that asks the reader where others can write', () => {
  const asked = { reader: WWW_DATA, asked: 'where-others-write' } as const;

  it('gives private files to the new owner where only the old one can write, and asks about the others', async () => {
    const root = freshPlace();
    directory(join(root, 'own'), 0o700);
    file(join(root, 'own/auth.json'), 0o600);
    for (const [name, mode, uid] of [
      ['theirs', 0o755, 33],
      ['shared', 0o777, 0],
      ['grouped', 0o775, 0],
    ] as const) {
      directory(join(root, name), mode, uid, 33);
      file(join(root, name, 'dump.sql'), 0o600);
      directory(join(root, name, 'sub'), 0o755);
      file(join(root, name, 'sub/dump.sql'), 0o600);
      file(join(root, name, 'plain'), 0o644);
    }
    directory(join(root, 'root-group'), 0o775);
    file(join(root, 'root-group/auth.json'), 0o600);
    const dry = await reclaimed(root, { ...asked, dryRun: true });
    const sink = memorySink();
    const report = await reclaimed(root, { ...asked, sink });
    expect(reasons(report, root)).toEqual(
      Object.fromEntries(
        ['theirs', 'shared', 'grouped'].flatMap((name) =>
          ['dump.sql', 'sub/dump.sql'].map((below) => [`${name}/${below}`, 'private']),
        ),
      ),
    );
    for (const path of ['own', 'own/auth.json', 'root-group/auth.json', 'shared', 'theirs/plain', 'theirs/sub'])
      expect(ownerOf(join(root, path)), path).toBe('33:33');
    expect([dry.wouldChange, sink.all().length]).toEqual([report.changed, report.changed]);
  });

  it('gives away nothing that is moved in once a directory has changed hands', async () => {
    const root = freshPlace();
    for (const name of ['a', 'a/b']) directory(join(root, name));
    file(join(root, 'a/auth.json'), 0o600);
    expect(await reclaimed(root, asked)).toMatchObject({ changed: 4, complete: true });
    for (const path of ['', 'a', 'a/auth.json']) expect(ownerOf(join(root, path)), path).toBe('33:33');
    // A sweep looks again until nothing is left to change, and a run that was interrupted sweeps once more.
    for (const name of ['dump.sql', 'a/dump.sql', 'a/b/dump.sql']) file(join(root, name), 0o600);
    directory(join(root, 'backup'), 0o700);
    file(join(root, 'backup/dump.sql'), 0o644);
    const again = await reclaimed(root, asked);
    const kept = ['dump.sql', 'a/dump.sql', 'a/b/dump.sql', 'backup'];
    expect(again.changed).toBe(0);
    expect(reasons(again, root)).toEqual(Object.fromEntries(kept.map((name) => [name, 'private'])));
    for (const path of [...kept, 'backup/dump.sql']) expect(ownerOf(join(root, path)), path).toBe('0:0');
  });

  it('changes directories from below upwards, after all files', async () => {
    const root = freshPlace();
    for (const name of ['a', 'a/b', 'a/b/c', 'd']) directory(join(root, name));
    for (const name of ['one', 'a/two', 'a/b/c/three']) file(join(root, name));
    const sink = memorySink();
    await reclaimed(root, { ...asked, sink });
    const order = sink.all().map(({ path }) => path.toString());
    const at = (path: string): number => order.indexOf(path);
    expect(Math.max(at('one'), at('a/two'), at('a/b/c/three'))).toBeLessThan(Math.min(at('a/b/c'), at('d')));
    expect([at('a/b/c') < at('a/b'), at('a/b') < at('a'), at('a') < at(''), at('d') < at('')]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('works on a single file, and asks at the root where others can write in it', async () => {
    const place = freshPlace();
    file(join(place, 'one'), 0o600);
    expect((await reclaimed(join(place, 'one'), asked)).changed).toBe(1);
    directory(join(place, 'root'), 0o755, 33);
    for (const name of ['dump.sql', 'sub/dump.sql']) {
      if (name.startsWith('sub')) directory(join(place, 'root/sub'), 0o700);
      file(join(place, 'root', name), 0o600);
    }
    const report = await reclaimed(join(place, 'root'), asked);
    expect(reasons(report, join(place, 'root'))).toEqual({ 'dump.sql': 'private', sub: 'private' });
    expect(report.changed).toBe(0);
  });

  it('leaves alone a directory in which an ACL lets others write', async () => {
    const root = freshPlace();
    directory(join(root, 'shared'), 0o755);
    file(join(root, 'shared/auth.json'), 0o600);
    run('setfacl', ['-n', '-m', 'u:1000:rwx,m::rwx', join(root, 'shared')]);
    const report = await reclaimed(root, asked);
    expect(reasons(report, root)).toEqual({ shared: 'private' });
    expect(ownerOf(join(root, 'shared/auth.json'))).toBe('0:0');
  });
});

describe('reclaim', () => {
  it('sets no group write bit that would let named entries of an ACL write, and changes the owner', async () => {
    const root = freshPlace();
    for (const name of ['named', 'plain']) file(join(root, name), 0o644);
    run('setfacl', ['-n', '-m', 'u:1000:rw,m::r', join(root, 'named')]);
    const report = await reclaimed(root, { groupWrite: true });
    expect(report).toMatchObject({ skipped: [], complete: true });
    expect(['named', 'plain'].map((name) => [ownerOf(join(root, name)), modeOf(join(root, name))])).toEqual([
      ['33:33', '0644'],
      ['33:33', '0664'],
    ]);
  });

  it('refuses a root behind a link that somebody else could have put there', async () => {
    const place = freshPlace();
    directory(join(place, 'www'), 0o755, 33);
    directory(join(place, 'real'));
    symlinkSync(join(place, 'real'), join(place, 'www/site'));
    symlinkSync(join(place, 'real'), join(place, 'by-root'));
    const refused = await reclaim(join(place, 'www/site'), TO_WWW);
    expect(refused).toBeErr({ code: 'UNSAFE_ROOT', link: join(place, 'www/site') });
    expect(ownerOf(join(place, 'real'))).toBe('0:0');
    expect(await reclaimed(join(place, 'by-root'))).toMatchObject({ changed: 1 });
    chmodSync(place, 0o777);
    const writable = await reclaim(join(place, 'by-root'), TO_WWW);
    expect(writable).toBeErr({ code: 'UNSAFE_ROOT' });
  });

  it('tells a relative and a missing root apart', async () => {
    const relative = await reclaim('tmp', TO_WWW);
    expect(relative).toBeErr({ code: 'RELATIVE_PATH' });
    const missing = await reclaim(join(freshPlace(), 'missing/below'), TO_WWW);
    expect(missing).toBeErr({ code: 'NOT_FOUND' });
  });

  it('refuses where any user may link a file of root, unless told otherwise', async () => {
    const place = freshPlace();
    const root = join(place, 'site');
    directory(root);
    file(join(root, 'one'));
    const off = join(place, 'off');
    writeFileSync(off, '0\n');
    const module = await bundle(
      `import { reclaim } from '${process.cwd()}/src/posix/index.js';
       for (const unprotectedHardlinks of [undefined, 'refuse', 'allow'] as const) {
         const request = { from: 0, to: { uid: 33, gid: 33 }, ...(unprotectedHardlinks && { unprotectedHardlinks }) };
         const done = await reclaim('${root}', request);
         console.log(done.isErr() ? done.error.code : done.value.changed);
       }`,
      place,
    );
    // In a mount namespace of its own, where the sysctl reads as off.
    const script = `mount --bind '${off}' /proc/sys/fs/protected_hardlinks && exec '${process.execPath}' '${module}'`;
    const printed = run('unshare', ['--mount', 'sh', '-c', script]);
    expect(printed.trim().split('\n')).toEqual(['UNPROTECTED_HARDLINKS', 'UNPROTECTED_HARDLINKS', '2']);
  });
});
