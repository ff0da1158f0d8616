// @module-tag root
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replaceTexts } from '../../../src/kimaki/state-paths/replaceTexts.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync('/var/lib/wca-paths-');
  mkdirSync(join(dir, 'sub'));
  for (const [name, uid, mode] of [
    ['a', 0, 0o600],
    ['sub/b', 33, 0o640],
    ['sub/c', 1000, 0o664],
  ] as const) {
    writeFileSync(join(dir, name), 'old');
    chownSync(join(dir, name), uid, uid);
    chmodSync(join(dir, name), mode);
  }
});
afterEach(() => rmSync(dir, { recursive: true }));

const asked = (...names: readonly string[]) =>
  names.map((name) => ({ file: join(dir, name), from: Buffer.from('old'), to: Buffer.from('new') }));

it('replaces many files with their owners and modes, and leaves nothing beside them', async () => {
  expect(await replaceTexts(asked('a', 'sub/b', 'sub/c'))).toEqual(
    new Set(['a', 'sub/b', 'sub/c'].map((name) => join(dir, name))),
  );
  expect(['a', 'sub/b', 'sub/c'].map((name) => readFileSync(join(dir, name), 'utf8'))).toEqual(['new', 'new', 'new']);
  expect(
    ['sub/b', 'sub/c'].map((name) => statSync(join(dir, name))).map(({ uid, mode }) => [uid, mode & 0o7777]),
  ).toEqual([
    [33, 0o640],
    [1000, 0o664],
  ]);
  expect(readdirSync(dir).sort()).toEqual(['a', 'sub']);
});

it('leaves a file that holds something else by now', async () => {
  writeFileSync(join(dir, 'sub/b'), 'mine');
  expect(await replaceTexts(asked('a', 'sub/b'))).toEqual(new Set([join(dir, 'a')]));
  expect(readFileSync(join(dir, 'sub/b'), 'utf8')).toBe('mine');
});

it('does nothing where somebody else could exchange what root writes in', async () => {
  chownSync(dir, 33, 33);
  expect(await replaceTexts(asked('a', 'sub/b'))).toEqual(new Set());
  expect([readFileSync(join(dir, 'a'), 'utf8'), readdirSync(dir).sort()]).toEqual(['old', ['a', 'sub']]);
});
