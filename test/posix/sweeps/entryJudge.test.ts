// @module-tag root
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRoot } from '../../../src/posix/handles/openRoot.js';
import type { FileType } from '../../../src/posix/paths/fileType.js';
import type { TreeEntry, Verdict } from '../../../src/posix/handles/tree.js';
import { changeOf, dangerOf, EntryJudge } from '../../../src/posix/sweeps/entryJudge.js';
import { freshPlace, mount } from '../support/place.js';
import { directory, file, openDescriptors, ownerOf } from '../support/trees.js';

function judgeAt(
  path: string,
  decide: (entry: TreeEntry) => Verdict,
  options: { readonly crossMounts?: boolean } = {},
): EntryJudge {
  const root = openRoot(path)._unsafeUnwrap();
  onTestFinished(() => closeSync(root.fd));
  return new EntryJudge(root, decide, options, true);
}

const ENTRY: TreeEntry = {
  path: Buffer.from('x'),
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  nlink: 1,
  dev: 1n,
  ino: 2n,
  size: 0,
  mtimeMs: 0,
  ctimeMs: 0,
};

const give = (): Verdict => ({ kind: 'change', uid: 33, gid: 33 });
const keep = (): Verdict => ({ kind: 'keep' });

describe('EntryJudge', () => {
  it('changes what the verdict picks, and answers directories to look into', async () => {
    const place = freshPlace();
    directory(join(place, 'dir'));
    file(join(place, 'dir/file'));
    const judge = judgeAt(place, give);
    expect(judge.judgeRoot()?.type).toBe('directory');
    const handle = judge.enter('dir');
    expect(judge.judgeName(handle ?? -1, 'dir', 'file')).toBeNull();
    expect(await judge.settle()).toBeOk();
    await judge.close();
    expect([ownerOf(place), ownerOf(join(place, 'dir/file'))]).toEqual(['33:33', '33:33']);
    expect(judge.pass).toMatchObject({ examined: 2, changed: 2, missed: false });
  });

  it('lists what the verdict skips, and goes below it only when that says so', async () => {
    const place = freshPlace();
    directory(join(place, 'closed'));
    directory(join(place, 'listed'));
    const judge = judgeAt(place, (entry) => {
      if (entry.path.length === 0) return { kind: 'keep' };
      return { kind: 'skip', reason: 'private', descend: entry.path.toString() === 'listed' };
    });
    const top = judge.enter('') ?? -1;
    expect(judge.judgeName(top, '', 'closed')).toBeNull();
    expect(judge.judgeName(top, '', 'listed')).not.toBeNull();
    expect(judge.enter('closed')).toBeNull();
    expect(judge.enter('listed')).not.toBeNull();
    expect([...judge.pass.skipped]).toEqual([
      ['closed', 'private'],
      ['listed', 'private'],
    ]);
    await judge.close();
  });

  it('takes no link for the file it leads to', async () => {
    const place = freshPlace();
    file(join(place, 'target'));
    symlinkSync('target', join(place, 'link'));
    const judge = judgeAt(place, give);
    judge.judgePath('link');
    expect(await judge.settle()).toBeOk();
    await judge.close();
    expect([ownerOf(join(place, 'link')), ownerOf(join(place, 'target'))]).toEqual(['33:33', '0:0']);
  });

  it('notes that it missed what is gone, and what a link stands in the place of', async () => {
    const place = freshPlace();
    directory(join(place, 'dir'));
    const gone = judgeAt(place, keep);
    gone.judgePath('none');
    expect(gone.pass.missed).toBe(true);
    await gone.close();
    const swapped = judgeAt(place, keep);
    renameSync(join(place, 'dir'), join(place, 'away'));
    symlinkSync('/etc', join(place, 'dir'));
    swapped.judgePath('dir/passwd');
    expect([...swapped.pass.skipped]).toEqual([['dir', 'changed-meanwhile']]);
    await swapped.close();
    rmSync(join(place, 'dir'));
  });

  it('enters no other mount unless it may', async () => {
    const place = freshPlace();
    mkdirSync(join(place, 'mnt'));
    mount(join(place, 'mnt'), '-t', 'tmpfs', 'none');
    const judge = judgeAt(place, keep);
    judge.judgePath('mnt');
    expect([...judge.pass.skipped]).toEqual([['mnt', 'mount-point']]);
    expect(judge.enter('mnt')).toBeNull();
    await judge.close();
    const crossing = judgeAt(place, keep, { crossMounts: true });
    expect(crossing.enter('mnt')).not.toBeNull();
    await crossing.close();
  });

  it('does not enter a root that the verdict closes', async () => {
    const judge = judgeAt(freshPlace(), () => ({ kind: 'skip', reason: 'private', descend: false }));
    expect(judge.entersRoot()).toBe(false);
    expect([...judge.pass.skipped]).toEqual([['', 'private']]);
    await judge.close();
  });

  it('gives every handle back', async () => {
    const place = freshPlace();
    mkdirSync(join(place, 'a/b/c'), { recursive: true });
    file(join(place, 'a/b/c/file'));
    const judge = judgeAt(place, give);
    const before = openDescriptors();
    for (const path of ['', 'a', 'a/b', 'a/b/c', 'a/b/c/file']) judge.judgePath(path);
    expect(await judge.settle()).toBeOk();
    await judge.close();
    expect(openDescriptors()).toBe(before);
  });

  it('never changes a file with several names', async () => {
    const place = freshPlace();
    file(join(place, 'file'));
    linkSync(join(place, 'file'), join(place, 'other'));
    const judge = judgeAt(place, give);
    judge.judgePath('file');
    expect(await judge.settle()).toBeOk();
    await judge.close();
    expect([...judge.pass.skipped]).toEqual([['file', 'hard-link']]);
    expect(ownerOf(join(place, 'file'))).toBe('0:0');
  });
});

describe('changeOf', () => {
  it('is null when the entry is so already', () => {
    expect(changeOf(ENTRY, {})).toBeNull();
    expect(changeOf(ENTRY, { uid: 0, gid: 0, mode: 0o644 })).toBeNull();
    expect(changeOf({ ...ENTRY, type: 'symlink', mode: 0o777 }, { mode: 0o600 })).toBeNull();
  });

  it('keeps what is not asked for, and only the low twelve bits of a mode', () => {
    expect(changeOf(ENTRY, { uid: 33 })).toMatchObject({
      before: { uid: 0, gid: 0, mode: 0o644 },
      after: { uid: 33, gid: 0, mode: 0o644 },
    });
    expect(changeOf(ENTRY, { mode: 0o100_660 })?.after.mode).toBe(0o660);
    expect(changeOf(ENTRY, { gid: 4 })).toMatchObject({ dev: '1', ino: '2' });
  });
});

describe('dangerOf', () => {
  it.each<readonly [FileType, number, number, string | null]>([
    ['file', 0o644, 1, null],
    ['file', 0o644, 2, 'hard-link'],
    ['file', 0o4755, 1, 'setuid'],
    ['file', 0o2755, 1, 'setuid'],
    ['file', 0o1644, 1, null],
    ['directory', 0o2755, 5, null],
    ['symlink', 0o777, 2, 'hard-link'],
    ['fifo', 0o644, 1, null],
    ['block', 0o660, 1, 'device'],
    ['char', 0o660, 2, 'device'],
  ])('of a %s with mode %i and %i names is %s', (type, mode, nlink, danger) => {
    expect(dangerOf({ ...ENTRY, type, mode, nlink })).toBe(danger);
  });
});
