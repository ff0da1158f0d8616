import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeReserve, writeReserve } from '../../../../src/recipes/engine/journal/reserve.js';
import { runFilesIn } from '../../../../src/recipes/engine/journal/runFiles.js';
import { tempDir } from '../../tempDir.js';

test('reserves 1 MiB that only the owner can read, and frees it again', async () => {
  const files = runFilesIn(tempDir());
  expect(await writeReserve(files, [])).toBeOk();
  expect(statSync(files.reserve)).toMatchObject({ size: 1024 * 1024 });
  expect(statSync(files.reserve).mode & 0o777).toBe(0o600);
  for (let times = 0; times < 2; times += 1) expect(await removeReserve(files)).toBeOk();
  expect(readdirSync(files.runDir)).toEqual([]);
});

test('reserves nothing elsewhere for directories of the same filesystem, of none and for files', async () => {
  const files = runFilesIn(tempDir());
  writeFileSync(join(files.runDir, 'file'), '');
  expect(await writeReserve(files, [tempDir(), '/nonexistent/wca', join(files.runDir, 'file')])).toBeOk();
  expect(existsSync(files.reservesElsewhere)).toBe(false);
});

test('a second reserve in the same run is an error and leaves the first', async () => {
  const files = runFilesIn(tempDir());
  expect(await writeReserve(files, [])).toBeOk();
  const before = readFileSync(files.reserve);
  expect(await writeReserve(files, [])).toBeErr({ code: 'IO', errno: 'EEXIST' });
  expect(readFileSync(files.reserve).equals(before)).toBe(true);
});

test('removes of the recorded paths only those that have the name of a reserve', async () => {
  const files = runFilesIn(tempDir());
  const elsewhere = tempDir();
  const [ours, other] = [join(elsewhere, '.wca-reserve.00'), join(elsewhere, 'important')];
  for (const path of [ours, other]) writeFileSync(path, 'x');
  writeFileSync(files.reservesElsewhere, JSON.stringify([ours, other, 7]));
  expect(await removeReserve(files)).toBeOk();
  expect(readdirSync(elsewhere)).toEqual(['important']);
  expect(existsSync(files.reservesElsewhere)).toBe(false);
});

test('a list that was cut off while it was written removes nothing and is removed itself', async () => {
  const files = runFilesIn(tempDir());
  writeFileSync(files.reservesElsewhere, '["/srv/.wca-res');
  expect(await removeReserve(files)).toBeOk();
  expect(readdirSync(files.runDir)).toEqual([]);
});
