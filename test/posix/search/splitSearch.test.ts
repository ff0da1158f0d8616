// @module-tag linux
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { O_PATH } from '../../../src/posix/handles/pinned.js';
import { splitSearch, wholeSearch } from '../../../src/posix/search/splitSearch.js';
import type { SplitSearch } from '../../../src/posix/search/splitSearch.js';
import { freshPlace, run } from '../support/place.js';
import { openDescriptors } from '../support/trees.js';

function pinned(path: string): number {
  const fd = openSync(path, O_PATH | constants.O_DIRECTORY);
  onTestFinished(() => closeSync(fd));
  return fd;
}

/** Everything that find prints for the parts, relative to the top and sorted. */
function searched(top: string, split: SplitSearch): readonly string[] {
  return split.parts
    .flatMap(({ starts, prune, relative }) => {
      const pruned = prune.flatMap((path) => ['-path', path, '-prune', '-o']);
      const args = ['-P', ...starts, ...pruned, '-print0'];
      const printed = execFileSync('find', args, { cwd: top, encoding: 'latin1' });
      return printed.split('\0').slice(0, -1).map(relative);
    })
    .sort();
}

function plant(directories: number): string {
  const top = freshPlace();
  for (let n = 0; n < directories; n += 1) {
    mkdirSync(join(top, `d${n}/one/deep`), { recursive: true });
    mkdirSync(join(top, `d${n}/two`));
    writeFileSync(join(top, `d${n}/one/deep/file`), '');
  }
  writeFileSync(join(top, 'file'), '');
  symlinkSync('d0', join(top, 'link'));
  return top;
}

const everything = (top: string): readonly string[] =>
  run('find', [top, '-printf', '%P\\n']).split('\n').slice(0, -1).sort();

describe('splitSearch', () => {
  it('leaves a tree that holds little whole', () => {
    const top = plant(2);
    const split = splitSearch(pinned(top), []);
    expect(split.parts).toHaveLength(1);
    expect(searched(top, split)).toEqual(everything(top));
  });

  it.runIf(availableParallelism() > 1)('covers a larger tree exactly once, and gives every handle back', () => {
    const top = plant(20);
    const fd = pinned(top);
    const before = openDescriptors();
    const split = splitSearch(fd, []);
    expect(split.parts.length).toBeGreaterThan(1);
    expect(searched(top, split)).toEqual(everything(top));
    split.close();
    expect(openDescriptors()).toBe(before);
  });

  it.runIf(availableParallelism() > 1)('passes over what is excluded, on every level', () => {
    const top = plant(20);
    const excluded = ['d1', 'd2/one', 'd3/one/deep', 'file'];
    const split = splitSearch(pinned(top), excluded);
    const expected = everything(top).filter(
      (path) => !excluded.some((one) => path === one || path.startsWith(`${one}/`)),
    );
    expect(searched(top, split)).toEqual(expected);
    split.close();
  });
});

describe('wholeSearch', () => {
  it('is one part with paths relative to the top', () => {
    const { parts } = wholeSearch(['a/b']);
    expect(parts.map(({ starts, prune }) => ({ starts, prune }))).toEqual([{ starts: ['.'], prune: ['./a/b'] }]);
    expect([parts[0]?.relative('./a/b'), parts[0]?.relative('.')]).toEqual(['a/b', '']);
  });
});
