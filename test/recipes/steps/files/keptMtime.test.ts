// @module-tag linux
import { execFileSync } from 'node:child_process';
import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { runFilesIn } from '../../../../src/recipes/engine/journal/runFiles.js';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { stepContext } from '../../../../src/recipes/engine/run/stepContext.js';
import { keepMtime, restoreMtime } from '../../../../src/recipes/steps/files/keptMtime.js';
import { tempDir } from '../../tempDir.js';

const OLD = 1_500_000_000.25;
let dir = '';
let file = '';
let ctx: StepContext;
beforeEach(() => {
  dir = tempDir();
  file = join(dir, 'file');
  const files = runFilesIn(join(dir, 'run'));
  mkdirSync(files.records, { recursive: true });
  ctx = stepContext(files, 'step');
  writeFileSync(file, 'x');
  utimesSync(file, OLD, OLD);
});

const mtime = (path = file): number => lstatSync(path).mtimeMs / 1000;

describe('the time of a file', () => {
  test('comes back to the nanosecond after the file was written', async () => {
    const { mtimeNs } = lstatSync(file, { bigint: true });
    expect(await keepMtime(ctx, file)).toBeOk();
    writeFileSync(file, 'y');
    expect(mtime()).not.toBe(OLD);
    expect(await restoreMtime(ctx, file)).toBeOk();
    expect(lstatSync(file, { bigint: true }).mtimeNs).toBe(mtimeNs);
  });

  test.each(['1969-12-31T23:59:58.250000001Z', '1901-12-14T00:00:00.5Z'])(
    'of before 1970, %s, comes back too',
    async (time) => {
      execFileSync('touch', ['-m', '-d', time, file]);
      const { mtimeNs } = lstatSync(file, { bigint: true });
      expect(mtimeNs).toBeLessThan(0n);
      expect(await keepMtime(ctx, file)).toBeOk();
      writeFileSync(file, 'y');
      expect(await restoreMtime(ctx, file)).toBeOk();
      expect(lstatSync(file, { bigint: true }).mtimeNs).toBe(mtimeNs);
    },
  );

  test('is the first that was noted', async () => {
    expect(await keepMtime(ctx, file)).toBeOk();
    writeFileSync(file, 'y');
    expect(await keepMtime(ctx, file)).toBeOk();
    expect(readFileSync(ctx.recordPath('mtime'), 'latin1')).toBe('1500000000.250000000');
  });

  test('is noted again where the record was cut off', async () => {
    writeFileSync(ctx.recordPath('mtime'), '15000');
    expect(await restoreMtime(ctx, file)).toBeOk();
    expect(mtime()).toBe(OLD);
    expect(await keepMtime(ctx, file)).toBeOk();
    expect(readFileSync(ctx.recordPath('mtime'), 'latin1')).toBe('1500000000.250000000');
  });

  test('stays where none was noted', async () => {
    expect(await restoreMtime(ctx, file)).toBeOk();
    expect(mtime()).toBe(OLD);
  });
});

describe('what lies there now and is another file', () => {
  test('is not changed: a link, a file with a second name', async () => {
    expect(await keepMtime(ctx, file)).toBeOk();
    const decoy = join(dir, 'decoy');
    writeFileSync(decoy, '');
    utimesSync(decoy, 1, 1);
    rmSync(file);
    symlinkSync('decoy', file);
    expect(await restoreMtime(ctx, file)).toBeErr({ code: 'IO' });
    rmSync(file);
    linkSync(decoy, file);
    expect(await restoreMtime(ctx, file)).toBeOk();
    expect(mtime(decoy)).toBe(1);
  });

  test('is an error where it is gone', async () => {
    expect(await keepMtime(ctx, file)).toBeOk();
    rmSync(file);
    expect(await restoreMtime(ctx, file)).toBeErr({ code: 'IO', errno: 'ENOENT' });
    expect(await keepMtime(ctx, file)).toBeErr({ code: 'IO', errno: 'ENOENT' });
  });
});
