// @module-tag root
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { roomFor } from '../../../../src/recipes/steps/files/roomFor.js';
import { tempDir } from '../../tempDir.js';

/** A directory with a filesystem of its own. */
function mounted(options: string): string {
  const dir = tempDir();
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir]).status).toBe(0);
  onTestFinished(() => void spawnSync('umount', ['--lazy', dir]));
  return dir;
}

async function answer(from: string, to: string): Promise<string> {
  return roomFor(from, to).match(
    () => 'ok',
    ({ message }) => message,
  );
}

test('on one filesystem a move needs no room, on another that of the tree and some more', async () => {
  const here = tempDir();
  const from = join(here, 'state');
  mkdirSync(from);
  for (let file = 0; file < 50; file++) writeFileSync(join(from, `${file}`), Buffer.alloc(8192));
  expect(await answer(from, join(here, 'elsewhere'))).toBe('ok');
  expect(await answer(join(here, 'nothing'), join(mounted('size=64k'), 'x'))).toBe('ok');
  expect(await answer(from, join(mounted('size=256m'), 'not/yet/there'))).toBe('ok');
  const small = mounted('size=1m');
  expect(await answer(from, join(small, 'x'))).toMatch(/bytes free of the \d+ it needs/);
  expect(await answer(from, join(small, 'x'))).toContain(small);
  expect(await answer(from, join(mounted('size=256m,nr_inodes=60'), 'x'))).toMatch(/inodes free of the 1\d\d it needs/);
});

test('through a bind mount of the same filesystem it is a copy, which needs room', async () => {
  const small = mounted('size=1m');
  const [from, bound] = [join(small, 'state'), join(small, 'bound')];
  mkdirSync(from);
  mkdirSync(bound);
  writeFileSync(join(from, 'file'), Buffer.alloc(65536));
  expect(await answer(from, join(bound, 'x'))).toBe('ok');
  expect(spawnSync('mount', ['--bind', bound, bound]).status).toBe(0);
  onTestFinished(() => void spawnSync('umount', ['--lazy', bound]));
  expect(await answer(from, join(bound, 'x'))).toMatch(/bytes free of the \d+ it needs/);
});
