// @module-tag root
import { chmodSync, lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileModeStep } from '../../../../src/recipes/steps/files/fileModeStep.js';
import type { FileModeArgs } from '../../../../src/recipes/steps/files/fileModeStep.js';
import { snapshotTree, testStepKind } from '../../stepHarness.js';
import { tempDir } from '../../tempDir.js';

function argsFor(directory: string): FileModeArgs {
  return { directory, prefix: 'managed-', mode: 0o644, why: 'for the test', allowUnprotectedHardlinks: true };
}

function put(path: string, mode: number): void {
  writeFileSync(path, '<?php\n// Plugin Name: of a test\n');
  chmodSync(path, mode);
}

/** Two files to change, and next to them what must stay: another name, another kind, a deeper one, a link. */
function plugins(dir: string): string {
  const directory = join(dir, 'mu-plugins');
  mkdirSync(join(directory, 'managed-deeper.php'), { recursive: true });
  put(join(directory, 'managed-a.php'), 0o600);
  put(join(directory, 'managed-b.php'), 0o664);
  put(join(directory, 'managed-c.txt'), 0o600);
  put(join(directory, 'other.php'), 0o600);
  put(join(directory, 'managed-deeper.php/managed-d.php'), 0o600);
  put(join(dir, 'decoy.php'), 0o600);
  symlinkSync(join(dir, 'decoy.php'), join(directory, 'managed-link.php'));
  return directory;
}

testStepKind('files of one directory', fileModeStep, (dir) => {
  const directory = plugins(dir);
  return {
    args: argsFor(directory),
    snapshot: () => snapshotTree(dir),
    disturb: () => renameSync(directory, `${directory}-away`),
  };
});

test('what root had for itself keeps its mode under any name, and is told', async () => {
  const dir = tempDir();
  writeFileSync(join(dir, 'managed-zz.php'), '-- a dump\n', { mode: 0o600 });
  writeFileSync(join(dir, 'managed-open.php'), '-- for everyone\n', { mode: 0o666 });
  chmodSync(join(dir, 'managed-open.php'), 0o666);
  const ctx = {
    runDir: dir,
    recordPath: (name: string) => join(dir, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  const found = await fileModeStep.check(argsFor(dir));
  expect(found).toBeOk(
    expect.objectContaining({ note: expect.stringContaining('managed-zz.php (private)') as unknown as string }),
  );
  expect(await fileModeStep.apply(argsFor(dir), { entries: 1 }, ctx)).toBeOk();
  expect(await fileModeStep.verify(argsFor(dir), ctx)).toBeOk();
  const mode = (name: string): string => (lstatSync(join(dir, name)).mode & 0o7777).toString(8);
  expect([mode('managed-zz.php'), mode('managed-open.php')]).toEqual(['600', '644']);
});

test('what may stay of a mode stays, and what is new is not wider', async () => {
  const dir = tempDir();
  const args = { ...argsFor(dir), keep: 0o020 };
  for (const [name, mode] of [
    ['a', 0o664],
    ['b', 0o600],
    ['c', 0o666],
    ['d', 0o644],
  ] as const)
    put(join(dir, `managed-${name}.php`), mode);
  const ctx = {
    runDir: dir,
    recordPath: (name: string) => join(dir, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  const mode = (name: string): string => (lstatSync(join(dir, `managed-${name}.php`)).mode & 0o7777).toString(8);
  expect(fileModeStep.describe(args)._unsafeUnwrap().title).toContain('to 0644, or 0664');
  expect(await fileModeStep.apply(args, { entries: 2 }, ctx)).toBeOk();
  expect(['a', 'b', 'c', 'd'].map(mode)).toEqual(['664', '644', '664', '644']);
  expect(await fileModeStep.check(args)).toBeOk(expect.objectContaining({ state: 'satisfied' }));
});

test('only files of that name in that very directory change, and nothing through a link', async () => {
  const dir = tempDir();
  const directory = plugins(dir);
  const ctx = {
    runDir: dir,
    recordPath: (name: string) => join(dir, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  expect(await fileModeStep.apply(argsFor(directory), { entries: 2 }, ctx)).toBeOk();
  expect(await fileModeStep.verify(argsFor(directory), ctx)).toBeOk();
  const mode = (name: string): string => (lstatSync(join(directory, name)).mode & 0o7777).toString(8);
  expect(['managed-a.php', 'managed-b.php'].map(mode)).toEqual(['644', '644']);
  expect(['managed-c.txt', 'other.php', 'managed-deeper.php/managed-d.php', '../decoy.php'].map(mode)).toEqual([
    '600',
    '600',
    '600',
    '600',
  ]);
});
