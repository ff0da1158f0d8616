// @module-tag linux
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveBelow } from '../../../src/systemd/load/resolveBelow.js';
import type { ResolveOptions } from '../../../src/systemd/load/resolveBelow.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wca-below-'));
  mkdirSync(join(root, 'a/b'), { recursive: true });
  writeFileSync(join(root, 'a/file'), '');
  const links = {
    'a/up': '..',
    'a/abs': '/a/b',
    'a/out': '../../../../a/b',
    'a/loop': 'loop',
    'a/gone': '/nowhere/x',
    'a/tofile': 'file',
  };
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const leads = async (path: string, options?: ResolveOptions): Promise<string | null> =>
  (await resolveBelow(root, path, options))._unsafeUnwrap()?.path ?? null;

describe('resolveBelow', () => {
  it.each([
    ['/', '/'],
    ['/a//./b/', '/a/b'],
    ['/a/abs', '/a/b'],
    ['/a/abs/..', '/a'],
    ['/a/up/a', '/a'],
    ['/a/out', '/a/b'],
    ['/../../a', '/a'],
    ['/a/tofile', '/a/file'],
    ['/a/none', null],
    ['/a/loop', null],
    ['/a/gone', null],
    ['/a/file/x', null],
    ['/a/file/..', null],
  ])('%s leads to %s, never out of the root', async (path, to) => {
    expect(await leads(path)).toBe(to);
  });

  it('keeps the last link, or takes what is missing at its word, when asked to', async () => {
    expect(await leads('/a/abs', { keepLastLink: true })).toBe('/a/abs');
    expect(await leads('/a/up/a/abs', { keepLastLink: true })).toBe('/a/abs');
    expect(await leads('/a/gone', { allowMissing: true })).toBe('/nowhere/x');
    expect(await leads('/a/none/x', { allowMissing: true })).toBe('/a/none/x');
    expect(await leads('/a/none/../x', { allowMissing: true })).toBeNull();
  });
});
