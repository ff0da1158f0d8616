import { appendFile, mkdtemp, rm, utimes } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findMarker } from '../../../src/kimaki/dispatch/findMarker.js';
import { makeTree } from '../support/tree.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'marker-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});
const find = async (since = 0, roots = [dir]): Promise<string | null> =>
  (await findMarker(roots, 'wca-probe-77', since))._unsafeUnwrap();

it('finds the file that holds the text, wherever it lies below the roots', async () => {
  await makeTree(dir, { a: 'wca-probe-7', 'b/c/d': 'xx wca-probe-77 yy' });
  expect(await find()).toBe(join(dir, 'b/c/d'));
  expect(await find(0, [join(dir, 'absent'), dir])).toBe(join(dir, 'b/c/d'));
});

it('passes over what was written before, links, packages and FIFOs', async () => {
  await makeTree(dir, { old: 'wca-probe-77', 'node_modules/x': 'wca-probe-77', link: { link: 'old' } });
  await utimes(join(dir, 'old'), 1000, 1000);
  execFileSync('mkfifo', [join(dir, 'fifo')]);
  expect(await find(2_000_000)).toBeNull();
});

it('finds a text that lies across two chunks', async () => {
  const chunk = 1024 * 1024;
  await makeTree(dir, { big: '.'.repeat(chunk - 5) });
  await appendFile(join(dir, 'big'), `wca-probe-77${'.'.repeat(chunk)}`);
  expect(await find()).toBe(join(dir, 'big'));
});
