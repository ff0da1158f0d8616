// @module-tag root
import { closeSync, constants, linkSync, lstatSync, openSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { O_PATH } from '../../../src/posix/handles/pinned.js';
import type { Attributes, TreeChange } from '../../../src/posix/handles/tree.js';
import { changeByHandle, hasAttributes, isDenial, narrowedMode } from '../../../src/posix/sweeps/changeByHandle.js';
import { freshPlace } from '../support/place.js';
import { directory, file, modeOf, ownerOf } from '../support/trees.js';

function pinned(path: string): number {
  const fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  onTestFinished(() => closeSync(fd));
  return fd;
}
const attributes = (uid: number, gid: number, mode: number): Attributes => ({ uid, gid, mode });
const change = (before: Attributes, after: Attributes, type: TreeChange['type'] = 'file'): TreeChange => ({
  path: Buffer.from('x'),
  type,
  dev: '0',
  ino: '0',
  before,
  after,
});
const ROOTS = attributes(0, 0, 0o644);
const THEIRS = attributes(33, 33, 0o664);

describe('changeByHandle', () => {
  it('sets owner, group and mode of what the handle pins, wherever its name has gone', () => {
    const path = join(freshPlace(), 'a');
    file(path);
    expect(changeByHandle(pinned(path), change(ROOTS, THEIRS))).toBeOk('changed');
    expect([ownerOf(path), modeOf(path)]).toEqual(['33:33', '0664']);
  });

  it.each([
    ['another owner', attributes(1, 0, 0o644)],
    ['another group', attributes(0, 1, 0o644)],
    ['another mode', attributes(0, 0, 0o600)],
  ])('changes nothing of an inode with %s than it was judged by', (_, found) => {
    const path = join(freshPlace(), 'a');
    file(path, found.mode, found.uid, found.gid);
    expect(changeByHandle(pinned(path), change(ROOTS, THEIRS))).toBeOk('changed-meanwhile');
    expect([ownerOf(path), lstatSync(path).mode & 0o7777]).toEqual([`${found.uid}:${found.gid}`, found.mode]);
  });

  it('changes nothing of a file that has got a second name, which may lie anywhere', () => {
    const place = freshPlace();
    file(join(place, 'a'));
    linkSync(join(place, 'a'), join(place, 'b'));
    expect(changeByHandle(pinned(join(place, 'a')), change(ROOTS, THEIRS))).toBeOk('changed-meanwhile');
    expect(ownerOf(join(place, 'a'))).toBe('0:0');
  });

  it('changes directories, which have several names always', () => {
    const path = join(freshPlace(), 'd');
    directory(path, 0o755);
    const after = attributes(0, 33, 0o2775);
    expect(changeByHandle(pinned(path), change(attributes(0, 0, 0o755), after, 'directory'))).toBeOk('changed');
    expect([ownerOf(path), modeOf(path)]).toEqual(['0:33', '2775']);
  });

  it('changes the owner of a link itself, and no mode', () => {
    const place = freshPlace();
    file(join(place, 'a'));
    symlinkSync('a', join(place, 'link'));
    const before = attributes(0, 0, 0o777);
    const after = attributes(33, 33, 0o777);
    expect(changeByHandle(pinned(join(place, 'link')), change(before, after, 'symlink'))).toBeOk('changed');
    expect([ownerOf(join(place, 'link')), ownerOf(join(place, 'a'))]).toEqual(['33:33', '0:0']);
  });

  it('looks again afterwards: chown(2) takes setgid away, so such a file is not as it was to be', () => {
    const path = join(freshPlace(), 'a');
    file(path, 0o2775, 0, 33);
    const [before, after] = [attributes(0, 33, 0o2775), attributes(33, 33, 0o2775)];
    expect(changeByHandle(pinned(path), change(before, after))).toBeOk('changed-meanwhile');
    expect(modeOf(path)).toBe('0775');
  });
});

describe('narrowedMode', () => {
  it('has nothing that either lacks', () => {
    const mode = fc.integer({ min: 0, max: 0o7777 });
    fc.assert(
      fc.property(mode, mode, (one, other) => {
        const narrowed = narrowedMode(attributes(0, 0, one), attributes(1, 1, other));
        expect([narrowed & ~one, narrowed & ~other, one & other & ~narrowed]).toEqual([0, 0, 0]);
      }),
      { numRuns: 50, seed: 7 },
    );
  });
});

describe('hasAttributes', () => {
  it('compares owner and group, and the mode without the type of what has one', () => {
    const stat = attributes(33, 33, 0o100664);
    expect(hasAttributes(stat, THEIRS, true)).toBe(true);
    expect(hasAttributes(stat, attributes(33, 33, 0o644), true)).toBe(false);
    expect(hasAttributes(stat, attributes(33, 33, 0o777), false)).toBe(true);
    expect(hasAttributes(stat, attributes(33, 0, 0o664), true)).toBe(false);
  });
});

describe('isDenial', () => {
  it('is what the kernel refuses of one inode, and no failure that goes on', () => {
    const io = (errno: string) => ({ code: 'IO', message: '', syscall: 'chown', path: '/a', errno }) as const;
    expect(['EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].filter((errno) => !isDenial(io(errno)))).toEqual([]);
    expect(['EIO', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT'].filter((errno) => isDenial(io(errno)))).toEqual([]);
  });
});
