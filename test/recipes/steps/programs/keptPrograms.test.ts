// @module-tag root
import {
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import {
  changedPrograms,
  keepPrograms,
  readKept,
  restorePrograms,
} from '../../../../src/recipes/steps/programs/keptPrograms.js';
import { runFilesIn } from '../../../../src/recipes/engine/journal/runFiles.js';
import { stepContext } from '../../../../src/recipes/engine/run/stepContext.js';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { tempDir } from '../../tempDir.js';

let dir = '';
let ctx: StepContext;
beforeEach(() => {
  dir = tempDir();
  mkdirSync(join(dir, 'records'));
  ctx = stepContext(runFilesIn(dir), 'programs');
});

const here = (path: string): readonly string[] => [path];

it('keeps nothing of a file that is too large, and names it as not checked', async () => {
  const large = join(dir, 'large');
  writeFileSync(large, '');
  truncateSync(large, 300 * 1024 * 1024);
  const kept = (await keepPrograms([{ path: large, kind: 'entry' }], [], ctx))._unsafeUnwrap();
  expect(kept.entries).toEqual([{ path: large, kind: 'file', digest: null, copy: null }]);
  writeFileSync(large, 'other');
  expect(await changedPrograms(kept, here)).toBeOk({ programs: [], configured: [], unchecked: [large] });
});

it('reads back what it wrote, and nothing where it wrote nothing', async () => {
  expect(await readKept(ctx)).toBeOk(null);
  const path = join(dir, 'program');
  writeFileSync(path, 'one');
  const kept = (await keepPrograms([{ path, kind: 'entry' }], [join(dir, 'hooks')], ctx))._unsafeUnwrap();
  expect(await readKept(ctx)).toBeOk(kept);
});

it('keeps for root alone what is open to others, and restores owner, mode, time and link', async () => {
  const [path, link] = [join(dir, 'program'), join(dir, 'link')];
  writeFileSync(path, 'one', { mode: 0o755 });
  chownSync(path, 33, 33);
  utimesSync(path, 1_000_000.25, 1_000_000.25);
  symlinkSync('program', link);
  const paths = [path, link].map((one) => ({ path: one, kind: 'entry' as const }));
  const kept = (await keepPrograms(paths, [], ctx))._unsafeUnwrap();
  const records = join(dir, 'records');
  const modes = readdirSync(records).map((name) => lstatSync(join(records, name)));
  expect(modes.map(({ mode, uid }) => [mode, uid])).toEqual(modes.map(() => [0o100600, 0]));
  writeFileSync(path, 'two');
  rmSync(link);
  expect(await restorePrograms(kept.entries, kept, ctx)).toBeOk();
  const { mode, uid, gid, mtimeMs } = lstatSync(path);
  expect([mode, uid, gid, mtimeMs]).toEqual([0o100755, 33, 33, 1_000_000_250]);
  expect(readlinkSync(link)).toBe('program');
});

it('takes a program as unchanged where it is so at one of its places, and what was not there only where it is at none', async () => {
  const [path, absent, elsewhere] = [join(dir, 'program'), join(dir, 'none'), join(dir, 'elsewhere')];
  writeFileSync(path, 'one');
  const paths = [
    { path, kind: 'entry' },
    { path: absent, kind: 'absent' },
  ] as const;
  const kept = (await keepPrograms(paths, [], ctx))._unsafeUnwrap();
  const places = (one: string): readonly string[] => [elsewhere, one];
  const names = async (): Promise<readonly string[]> =>
    (await changedPrograms(kept, places))._unsafeUnwrap().programs.map((one) => one.path);
  expect(await names()).toEqual([]);
  writeFileSync(elsewhere, 'made');
  expect(await names()).toEqual([absent]);
});

it('restores what changed beside what was put there, a second time under another name', async () => {
  const path = join(dir, 'program');
  writeFileSync(path, 'one', { mode: 0o755 });
  const kept = (await keepPrograms([{ path, kind: 'entry' }], [], ctx))._unsafeUnwrap();
  for (const [text, aside] of [
    ['two', `${path}.changed-since`],
    ['three', `${path}.changed-since-2`],
  ] as const) {
    writeFileSync(path, text);
    const { programs } = (await changedPrograms(kept, here))._unsafeUnwrap();
    const [note] = (await restorePrograms(programs, kept, ctx))._unsafeUnwrap();
    expect(note).toContain(aside);
    expect([readFileSync(path, 'utf8'), readFileSync(aside, 'utf8')]).toEqual(['one', text]);
  }
});
