// @module-tag root
import { chmodSync, linkSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reclaim } from '../../../src/posix/sweeps/reclaim.js';
import { undoChanges } from '../../../src/posix/sweeps/undoChanges.js';
import { freshPlace, mount, run } from '../support/place.js';
import { directory, file, snapshot } from '../support/trees.js';
import { openChangeRecord, readChangeRecord } from '../../../src/posix/sweeps/changeRecord.js';

const ODD_NAMES = [
  'new\nline',
  '-rf',
  ' ',
  "'quote'",
  '$(touch x)',
  '*',
  '...',
  '\u202e',
  '\u001b[31m',
  '\\',
  'e\u0301',
  '\u00e9',
  'x'.repeat(255),
].map((name) => Buffer.from(name));
const RAW_NAMES = [Buffer.from([0xff]), Buffer.from([0xc3, 0x28]), Buffer.from([0x80, 0x0a, 0x2f ^ 0xff])];

/** Everything that a www-data with time on its hands, and a careless root, can leave in a tree. */
function plant(place: string): { root: string; outside: string } {
  const [root, outside] = [join(place, 'site'), join(place, 'outside')];
  for (const top of [root, outside]) directory(top);
  const odd = [...ODD_NAMES, ...RAW_NAMES];
  for (const [index, name] of odd.entries()) {
    const path = Buffer.concat([Buffer.from(`${root}/`), name]);
    if (index % 2 === 0) file(path, 0o640);
    else {
      directory(path, 0o2750);
      file(Buffer.concat([path, Buffer.from('/'), name]), 0o600);
    }
  }
  const at = (name: string): string => join(root, name);
  file(join(outside, 'shadow'), 0o600);
  linkSync(join(outside, 'shadow'), at('hard-link'));
  for (const [name, target] of [
    ['link', join(outside, 'shadow')],
    ['up', '..'],
    ['loop', 'loop'],
    ['none', 'nowhere'],
  ] as const) {
    symlinkSync(target, at(name));
  }
  run('mkfifo', ['-m', '600', at('fifo')]);
  const bind = 'use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un($ARGV[0])) or die';
  run('perl', ['-e', bind, at('socket')]);
  run('mknod', [at('char'), 'c', '1', '3']);
  run('mknod', [at('block'), 'b', '7', '200']);
  file(at('setuid'), 0o4755);
  file(at('setgid'), 0o2755);
  file(at('immutable'));
  run('chattr', ['+i', at('immutable')]);
  directory(at('append-only'));
  file(at('append-only/inside'));
  run('chattr', ['+a', at('append-only')]);
  for (const name of ['bind', 'outer']) directory(at(name));
  mount(at('bind'), '--bind', outside);
  mount(at('outer'), '-t', 'tmpfs', '-o', 'mode=755', 'none');
  mkdirSync(at('outer/inner'));
  mount(at('outer/inner'), '-t', 'tmpfs', '-o', 'mode=755', 'none');
  writeFileSync(at('outer/inner/file'), '');
  file(at('someone-elses'), 0o644, 1000);
  chmodSync(root, 0o1777);
  return { root, outside };
}

describe.each([true, false])('reclaim of a hostile tree (proposals by find: %s)', (proposeWithFind) => {
  it('changes each entry of root exactly once or reports it, and undo restores owner and mode of every one', async () => {
    const place = freshPlace();
    const { root, outside } = plant(place);
    const [before, decoy] = [snapshot(root), snapshot(outside)];
    const accessed = lstatSync(join(root, 'fifo')).atimeMs;
    const file = join(place, 'record');
    const record = (await openChangeRecord(file))._unsafeUnwrap();
    const to = { uid: 33, gid: 33 };
    const request = {
      from: 0,
      to,
      groupWrite: true,
      proposeWithFind,
      unprotectedHardlinks: 'allow',
      sink: record,
    } as const;
    const report = (await reclaim(root, request))._unsafeUnwrap();
    expect(await record.close()).toBeOk();

    const changes = (await readChangeRecord(file))._unsafeUnwrap();
    const listed = new Map(
      report.skipped.map(({ path, pathBase64, reason }) => {
        const bytes = pathBase64 === undefined ? Buffer.from(path) : Buffer.from(pathBase64, 'base64');
        return [bytes.toString('latin1').slice(root.length), reason];
      }),
    );
    expect(Object.fromEntries(listed)).toEqual({
      '/hard-link': 'hard-link',
      '/char': 'device',
      '/block': 'device',
      '/setuid': 'setuid',
      '/setgid': 'setuid',
      '/immutable': 'immutable',
      '/append-only': 'immutable',
      '/bind': 'mount-point',
      '/outer': 'mount-point',
    });
    // What the kernel refuses is noted before each attempt.
    const noted = changes
      .map((change) => (change.path.length === 0 ? '' : `/${change.path.toString('latin1')}`))
      .filter((path) => listed.get(path) !== 'immutable');
    expect(new Set(noted).size).toBe(noted.length);
    expect(report.changed).toBe(noted.length);
    const after = snapshot(root);
    const below = (path: string): boolean =>
      ['/bind', '/outer'].some((top) => path === top || path.startsWith(`${top}/`));
    for (const [path, was] of before) {
      const ours = was.startsWith('0:') && !listed.has(path) && !below(path);
      expect(noted.includes(path), path).toBe(ours);
      expect(after.get(path)?.startsWith('33:33 '), path).toBe(ours);
      if (!ours) expect(after.get(path), path).toBe(was);
    }
    expect(snapshot(outside)).toEqual(decoy);
    expect(lstatSync(join(root, 'fifo')).atimeMs).toBe(accessed);

    const undone = (await undoChanges(root, changes))._unsafeUnwrap();
    expect(undone.skipped).toEqual([]);
    expect(undone.restored).toBe(report.changed);
    expect(snapshot(root)).toEqual(before);
  });
});
