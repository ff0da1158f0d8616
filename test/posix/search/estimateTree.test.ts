// @module-tag root
import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { estimateTree } from '../../../src/posix/search/estimateTree.js';
import { freshPlace, mount, run } from '../support/place.js';
import { seeded } from '../support/random.js';
import { randomTree } from '../support/trees.js';

describe('estimateTree', () => {
  it('adds up what du adds up, holes not counted and files with several names once', async () => {
    const root = freshPlace();
    randomTree(root, seeded(3), 200);
    writeFileSync(join(root, 'large'), Buffer.alloc(3_000_000, 1));
    linkSync(join(root, 'large'), join(root, 'again'));
    writeFileSync(join(root, 'sparse'), '');
    truncateSync(join(root, 'sparse'), 64 * 1024 * 1024);
    symlinkSync('/usr', join(root, 'link'));
    const size = (await estimateTree(root))._unsafeUnwrap();
    const du = (...options: string[]): number => Number(run('du', ['-s', ...options, root]).split('\t')[0]);
    expect(size.allocatedBytes).toBe(du('--block-size=1'));
    expect(size.inodes).toBe(du('--inodes'));
    expect(size.contentBytes).toBeGreaterThan(64 * 1024 * 1024 + 3_000_000);
    expect(size.contentBytes).toBeLessThan(64 * 1024 * 1024 + 3_001_000);
  });

  it('passes over mounts below unless asked for, and answers for a single file', async () => {
    const root = freshPlace();
    mkdirSync(join(root, 'mnt'));
    mount(join(root, 'mnt'), '-t', 'tmpfs', 'none');
    writeFileSync(join(root, 'mnt/file'), Buffer.alloc(100_000, 1));
    expect((await estimateTree(root))._unsafeUnwrap()).toMatchObject({ inodes: 1, contentBytes: 0 });
    expect((await estimateTree(root, { crossMounts: true }))._unsafeUnwrap()).toMatchObject({
      inodes: 3,
      contentBytes: 100_000,
    });
    expect((await estimateTree(join(root, 'mnt/file')))._unsafeUnwrap()).toMatchObject({
      inodes: 1,
      contentBytes: 100_000,
    });
  });
});
