import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectoryStep } from '../../../../src/recipes/steps/files/makeDirectoryStep.js';
import type { MakeDirectoryArgs } from '../../../../src/recipes/steps/files/makeDirectoryStep.js';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { snapshotTree, testStepKind } from '../../stepHarness.js';
import { tempDir } from '../../tempDir.js';

const ME = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

function argsFor(path: string): MakeDirectoryArgs {
  return { path, mode: 0o2770, ...ME };
}

testStepKind('a directory that is not there', makeDirectoryStep, (dir) => {
  const path = join(dir, 'made');
  return {
    args: argsFor(path),
    snapshot: () => snapshotTree(dir),
    disturb: () => writeFileSync(path, 'someone was faster\n'),
  };
});

test('what is there and is otherwise is refused, not adapted', async () => {
  const dir = tempDir();
  mkdirSync(join(dir, 'other'));
  chmodSync(join(dir, 'other'), 0o700);
  writeFileSync(join(dir, 'file'), '');
  symlinkSync(join(dir, 'other'), join(dir, 'link'));
  for (const name of ['other', 'file', 'link']) {
    const check = await makeDirectoryStep.check(argsFor(join(dir, name)));
    expect(check).toBeErr({ code: 'EXISTS_DIFFERENTLY' });
  }
});

test('undo leaves a directory that is in use, and says so', async () => {
  const dir = tempDir();
  const args = argsFor(join(dir, 'made'));
  const ctx: StepContext = {
    runDir: dir,
    recordPath: (name) => join(dir, name),
    progress: () => undefined,
    signal: new AbortController().signal,
    force: false,
  };
  expect(await makeDirectoryStep.apply(args, { exists: false, within: null }, ctx)).toBeOk();
  writeFileSync(join(args.path, 'theirs'), '');
  const undone = await makeDirectoryStep.undo(args, { exists: false, within: null }, ctx);
  expect(undone.isOk() && undone.value).toMatchObject({ notes: [expect.stringContaining('is not empty')] });
  expect(existsSync(join(args.path, 'theirs'))).toBe(true);
});
