import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { entryType, walkState } from '../../../src/kimaki/state/walkState.js';
import type { WalkVerdict, WalkedEntry } from '../../../src/kimaki/state/walkState.js';
import { makeTree } from '../support/tree.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'walk-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function walk(
  limit: number,
  verdict: (entry: WalkedEntry) => WalkVerdict = () => 'go',
): Promise<[string[], boolean]> {
  const seen: string[] = [];
  const complete = await walkState(dir, limit, (entry) => {
    seen.push(`${entry.type} ${entry.relative.join('/')}`);
    return verdict(entry);
  });
  return [seen, complete._unsafeUnwrap()];
}

it('sees everything below, names that are not UTF-8 too, and follows no link', async () => {
  await makeTree(dir, { 'a/b': 'x', up: { link: '..' } });
  await writeFile(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0xff])]), 'x');
  expect(await walk(100)).toEqual([['directory a', 'symlink up', 'file \ufffd', 'file a/b'], true]);
});

it('stops where it is told to, and says that it did not see everything', async () => {
  await makeTree(dir, { 'a/b': 'x', c: 'x', 'd/e': 'x' });
  expect(await walk(2)).toEqual([['directory a', 'file c'], false]);
  expect(await walk(100, ({ relative }) => (relative[0] === 'c' ? 'stop' : 'go'))).toEqual([
    ['directory a', 'file c'],
    false,
  ]);
  expect(await walk(100, () => 'skip')).toEqual([['directory a', 'file c', 'directory d'], true]);
});

it('tells what stands under a path, and that nothing does', async () => {
  await makeTree(dir, { f: 'x', l: { link: 'nowhere' } });
  const types = await Promise.all(['', 'f', 'l', 'absent', 'f/below'].map((name) => entryType(join(dir, name))));
  expect(types.map((type) => type._unsafeUnwrap())).toEqual(['directory', 'file', 'symlink', null, null]);
});
