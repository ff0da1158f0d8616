import { statSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { estimateMove } from '../../../src/kimaki/state/estimateMove.js';
import { makeTree } from '../support/tree.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'estimate-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

it('measures what moves, sparse files by their length, and needs no time within one mount', async () => {
  await makeTree(dir, { 'state/a': 'x'.repeat(1000), 'state/link': { link: '/etc' } });
  await writeFile(join(dir, 'state/sparse'), '');
  await truncate(join(dir, 'state/sparse'), 50_000_000);
  const estimate = (await estimateMove({ from: join(dir, 'state'), to: join(dir, 'not/there/yet') }))._unsafeUnwrap();
  expect(estimate).toMatchObject({ entries: 4, isRename: true, fits: true, seconds: 0 });
  expect(estimate.bytes).toBeGreaterThanOrEqual(50_001_000);
  expect(estimate.bytes).toBeLessThan(50_020_000);
});

it('tells of a copy to another mount how long it takes and whether it fits', async () => {
  // /proc is a mount of its own everywhere, and has no room.
  expect(statSync('/proc').isDirectory()).toBe(true);
  await makeTree(dir, { 'state/a': 'x' });
  const estimate = (await estimateMove({ from: join(dir, 'state'), to: '/proc/x' }))._unsafeUnwrap();
  expect(estimate).toMatchObject({ isRename: false, fits: false, seconds: 1, freeBytes: 0 });
});

it('fails where there is nothing to measure', async () => {
  expect((await estimateMove({ from: join(dir, 'absent'), to: dir }))._unsafeUnwrapErr()).toMatchObject({ code: 'IO' });
});
