// @module-tag root
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstDifference, treeDigest, treeStamp } from '../../../src/posix/moves/treeDigest.js';
import { freshPlace, run } from '../support/place.js';

function plant(root: string): string {
  mkdirSync(join(root, 'deep'), { recursive: true });
  writeFileSync(join(root, 'a'), 'one');
  writeFileSync(join(root, 'b'), 'one');
  writeFileSync(join(root, 'deep/c'), 'three');
  symlinkSync('a', join(root, 'link'));
  return root;
}

describe('treeDigest', () => {
  it('is the same for a copy, whatever its times', async () => {
    const place = freshPlace();
    const [one, two] = [plant(join(place, 'one')), plant(join(place, 'two'))];
    utimesSync(join(two, 'a'), 1, 1);
    expect((await treeDigest(one))._unsafeUnwrap()).toBe((await treeDigest(two))._unsafeUnwrap());
    expect((await firstDifference(one, two, one))._unsafeUnwrap()).toBeNull();
  });

  it('changes with everything that makes a tree another one, and says where', async () => {
    const changes: Record<string, (root: string) => void> = {
      a: (root) => appendFileSync(join(root, 'a'), '!'),
      'deep/c': (root) => chmodSync(join(root, 'deep/c'), 0o600),
      deep: (root) => chmodSync(join(root, 'deep'), 0o2755),
      b: (root) => chownSync(join(root, 'b'), 33, 0),
      link: (root) => {
        rmSync(join(root, 'link'));
        symlinkSync('b', join(root, 'link'));
      },
      'deep/new': (root) => writeFileSync(join(root, 'deep/new'), ''),
      '': (root) => chmodSync(root, 0o700),
    };
    for (const [path, change] of Object.entries(changes)) {
      const place = freshPlace();
      const [one, two] = [plant(join(place, 'one')), plant(join(place, 'two'))];
      change(two);
      expect((await treeDigest(one))._unsafeUnwrap(), path).not.toBe((await treeDigest(two))._unsafeUnwrap());
      expect((await firstDifference(one, two, one))._unsafeUnwrap(), path).toBe(path);
    }
  });

  it('tells two names of one file from two files of the same content', async () => {
    const place = freshPlace();
    const [one, two] = [plant(join(place, 'one')), plant(join(place, 'two'))];
    rmSync(join(two, 'b'));
    linkSync(join(two, 'a'), join(two, 'b'));
    expect((await firstDifference(one, two, one))._unsafeUnwrap()).toBe('b');
    // A name outside the tree is none of its business.
    const outside = plant(join(place, 'three'));
    linkSync(join(outside, 'a'), join(place, 'elsewhere'));
    expect((await firstDifference(one, outside, one))._unsafeUnwrap()).toBeNull();
  });

  it('reads no FIFO and follows no link', async () => {
    const root = plant(join(freshPlace(), 'one'));
    run('mkfifo', [join(root, 'fifo')]);
    symlinkSync('.', join(root, 'loop'));
    expect(await treeDigest(root)).toBeOk();
  });

  it('says with the errno when there is nothing', async () => {
    expect((await treeDigest('/no/such/tree'))._unsafeUnwrapErr()).toMatchObject({ code: 'IO', errno: 'ENOENT' });
  });
});

describe('treeStamp', () => {
  it('survives a rename of the tree and being read', async () => {
    const place = freshPlace();
    const root = plant(join(place, 'one'));
    const before = (await treeStamp(root))._unsafeUnwrap();
    expect(await treeDigest(root)).toBeOk();
    renameSync(root, join(place, 'two'));
    expect((await treeStamp(join(place, 'two')))._unsafeUnwrap()).toBe(before);
  });

  it('changes with a write that keeps size and mtime', async () => {
    const root = plant(join(freshPlace(), 'one'));
    utimesSync(join(root, 'a'), 1000, 1000);
    const before = (await treeStamp(root))._unsafeUnwrap();
    writeFileSync(join(root, 'a'), 'two');
    utimesSync(join(root, 'a'), 1000, 1000);
    expect((await treeStamp(root))._unsafeUnwrap()).not.toBe(before);
  });
});
