// @module-tag root
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { countOwned, moveTree, openToGroup, queryOwnership, reclaim } from '../../src/posix/index.js';
import { estimateMove } from '../../src/posix/moves/index.js';
import { estimateTree } from '../../src/posix/search/index.js';
import { changeTree } from '../../src/posix/sweeps/index.js';
import { freshPlace, mount } from './support/place.js';
import { openDescriptors } from './support/trees.js';

interface Options {
  readonly onProgress: (progress: { readonly entries: number }) => void;
}
type Long = (tree: string, options: Options) => ResultAsync<unknown, unknown>;

const ENTRIES = 11;

function freshTree(): string {
  const tree = join(freshPlace(), 'tree');
  mkdirSync(tree);
  for (let n = 1; n < ENTRIES; n += 1) writeFileSync(join(tree, `file${n}`), 'x');
  return tree;
}

const LONG: Readonly<Record<string, Long>> = {
  queryOwnership: (tree, options) => queryOwnership(tree, {}, { ...options, onEntry: () => undefined }),
  countOwned: (tree, options) => countOwned(tree, {}, options),
  estimateTree: (tree, options) => estimateTree(tree, options),
  estimateMove: (tree, options) => estimateMove(tree, `${tree}-moved`, options),
  reclaim: (tree, options) => reclaim(tree, { ...options, from: 0, to: { uid: 33, gid: 33 } }),
  openToGroup: (tree, options) => openToGroup(tree, { ...options, gid: 33, owners: [0], keepSecrets: () => false }),
  changeTree: (tree, options) => changeTree(tree, () => ({ kind: 'keep' }), options),
};

describe.each(Object.entries(LONG))('onProgress of %s', (_name, long) => {
  it('is told of entries, at least once and no more than there are', async () => {
    const told: number[] = [];
    expect(await long(freshTree(), { onProgress: ({ entries }) => told.push(entries) })).toBeOk();
    expect(told.length).toBeGreaterThan(0);
    expect(Math.min(...told)).toBeGreaterThan(0);
    expect(Math.max(...told)).toBeLessThanOrEqual(ENTRIES);
  });

  it('has what it throws thrown to the caller, and no descriptor stays open', async () => {
    const own = new RangeError('from the caller');
    const tree = freshTree();
    const before = openDescriptors();
    const onProgress = (): void => {
      throw own;
    };
    await expect(long(tree, { onProgress })).rejects.toBe(own);
    // The pipes of a find that was killed close a moment later.
    await expect.poll(openDescriptors).toBe(before);
  });
});

describe('onProgress of moveTree', () => {
  function acrossFilesystems(): { readonly from: string; readonly to: string } {
    const from = freshTree();
    const elsewhere = join(from, '../elsewhere');
    mkdirSync(elsewhere);
    mount(elsewhere, '-t', 'tmpfs', 'none');
    return { from, to: join(elsewhere, 'tree') };
  }

  it('is told of every part of a copy in its order', async () => {
    const { from, to } = acrossFilesystems();
    const parts: string[] = [];
    const moved = await moveTree(from, to, {
      onProgress: ({ part }) => {
        if (parts.at(-1) !== part) parts.push(part);
      },
    });
    expect(moved._unsafeUnwrap().method).toBe('copy');
    expect(parts).toEqual(['measure', 'copy', 'compare']);
  });

  it.each(['measure', 'copy', 'compare'])(
    'has what it throws during %s thrown to the caller, with the source whole and the copy removed',
    async (when) => {
      const { from, to } = acrossFilesystems();
      const own = new RangeError('from the caller');
      const before = openDescriptors();
      const moving = moveTree(from, to, {
        onProgress: ({ part }) => {
          if (part === when) throw own;
        },
      });
      await expect(moving).rejects.toBe(own);
      expect(readdirSync(from)).toHaveLength(ENTRIES - 1);
      expect(readdirSync(join(to, '..'))).toEqual([]);
      await expect.poll(openDescriptors).toBe(before);
    },
  );

  it('is told nothing by a rename', async () => {
    const from = freshTree();
    const told: unknown[] = [];
    expect(await moveTree(from, `${from}-moved`, { onProgress: (progress) => told.push(progress) })).toBeOk();
    expect(told).toEqual([]);
  });
});
