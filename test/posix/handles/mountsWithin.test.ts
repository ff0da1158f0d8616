// @module-tag root
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mountsWithin } from '../../../src/posix/handles/mountsWithin.js';

test('mounts at and below a path are found, bind mounts and ones behind a link too, and those beside it are not', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wca-mounts-'));
  const [inside, beside] = [join(dir, 'tree/in side'), join(dir, 'tree2')];
  for (const path of [inside, beside]) mkdirSync(path, { recursive: true });
  symlinkSync('tree', join(dir, 'link'));
  onTestFinished(() => {
    for (const path of [inside, beside, join(dir, 'tree')]) spawnSync('umount', ['--lazy', path]);
    rmSync(dir, { recursive: true });
  });
  expect((await mountsWithin(join(dir, 'tree')))._unsafeUnwrap()).toEqual([]);
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', inside]).status).toBe(0);
  expect(spawnSync('mount', ['--bind', dir, beside]).status).toBe(0);
  const found = [{ mountPoint: inside, readOnly: true, type: 'tmpfs' }];
  expect((await mountsWithin(join(dir, 'tree')))._unsafeUnwrap()).toEqual(found);
  expect((await mountsWithin(join(dir, 'link')))._unsafeUnwrap()).toEqual(found);
  expect((await mountsWithin(inside))._unsafeUnwrap()).toEqual(found);
  expect((await mountsWithin(join(dir, 'nowhere')))._unsafeUnwrap()).toEqual([]);
});
