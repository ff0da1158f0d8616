// @module-tag linux
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clearStatePathLeftovers } from '../../../src/kimaki/state-paths/clearStatePathLeftovers.js';

/** No process has it: larger than pid_max can be. */
const DEAD = 4_194_305;
const TAIL = '0123456789ab';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'leftovers-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

it('removes unfinished files and links of processes that have ended, and no others', async () => {
  const leftover = (name: string, pid: number): string => join(dir, `.${name}.wca-${pid}-${TAIL}`);
  await writeFile(join(dir, 'notes'), '');
  for (const pid of [DEAD, process.pid]) {
    await writeFile(leftover('notes', pid), '');
    await symlink('/x', leftover('link', pid));
  }
  await writeFile(join(dir, '.notes.wca-x-0123'), '');
  expect(await clearStatePathLeftovers([dir, join(dir, 'absent')])).toBeOk();
  const kept = ['link', 'notes'].map((name) => `.${name}.wca-${process.pid}-${TAIL}`);
  expect((await readdir(dir)).sort()).toEqual([...kept, '.notes.wca-x-0123', 'notes'].sort());
});

it('removes the closed directory of a rewrite that was killed, and leaves one that others may enter', async () => {
  await mkdir(join(dir, 'a/b'), { recursive: true });
  const stage = (pid: number): string => `.paths.wca-${pid}-${TAIL}`;
  for (const [pid, mode] of [
    [DEAD, 0o700],
    [DEAD + 1, 0o755],
    [process.pid, 0o700],
  ] as const) {
    await mkdir(join(dir, 'a', stage(pid)));
    await writeFile(join(dir, 'a', stage(pid), '0'), '');
    await chmod(join(dir, 'a', stage(pid)), mode);
  }
  expect(await clearStatePathLeftovers([join(dir, 'a/b')])).toBeOk();
  expect((await readdir(join(dir, 'a'))).sort()).toEqual([stage(process.pid), stage(DEAD + 1), 'b'].sort());
});
