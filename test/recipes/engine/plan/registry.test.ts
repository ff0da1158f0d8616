import { okAsync } from 'neverthrow';
import { expect, test } from 'vitest';
import { createRegistry, eraseKind } from '../../../../src/recipes/engine/plan/registry.js';
import { putFileKind } from '../../../../src/recipes/steps/files/putFile.js';
import type { StepFailure, StepKind } from '../../../../src/recipes/engine/plan/step.js';
import { stepContext } from '../../../../src/recipes/engine/run/stepContext.js';
import { runFilesIn } from '../../../../src/recipes/engine/journal/runFiles.js';

const CTX = stepContext(runFilesIn('/nowhere'), 'step');

const broken: StepKind<'fake.broken', null, null, StepFailure> = {
  kind: 'fake.broken',
  describe: () => {
    throw new Error('describe');
  },
  check: () => {
    throw new Error('check');
  },
  apply: () => okAsync(undefined),
  verify: () => okAsync(undefined),
  undo: () => okAsync(undefined),
};

test('a kind that throws gives a failure instead', async () => {
  const kind = eraseKind(broken);
  const described = kind.describe(null);
  expect(described).toBeErr({ message: expect.stringContaining('describe') });
  const checked = await kind.check(null);
  expect(checked).toBeErr({ code: 'STEP_THREW', kind: 'fake.broken' });
});

test('arguments and recorded states of another shape do not reach the kind', async () => {
  const kind = eraseKind(putFileKind({ validators: {} }));
  const args = { path: '/nowhere/x', content: '', mode: 0o644, uid: 0, gid: 0 };
  for (const wrong of [null, [], 'x', { ...args, path: 1 }, { ...args, extra: true }, { ...args, validate: 1 }]) {
    const checked = await kind.check(wrong);
    expect(checked).toBeErr({ code: 'INVALID_STEP_DATA' });
  }
  for (const wrong of [null, {}, { bytes: 1 }, { bytes: 'aa' }, { bytes: null, mode: 1 }]) {
    const undone = await kind.undo(args, wrong, CTX);
    expect(undone).toBeErr({ code: 'INVALID_STEP_DATA' });
  }
});

test('a kind without undoable may always be undone, and one without notes has none', async () => {
  const kind = eraseKind(broken);
  expect(await kind.undoable(null, null, CTX)).toBeOk();
  const undone = await kind.undo(null, null, CTX);
  expect(undone).toBeOk({ notes: [] });
});

test('names are looked up, inherited ones too not found', () => {
  const registry = createRegistry([eraseKind(broken)]);
  expect(registry.kinds).toEqual(['fake.broken']);
  expect(registry.get('toString')).toBeUndefined();
});

test('no two steps share a record file, and none leaves the records', () => {
  const files = runFilesIn('/run-dir');
  const [one, two] = [stepContext(files, 'a'), stepContext(files, 'a.b')];
  expect(one.recordPath('b.c')).not.toBe(two.recordPath('c'));
  expect(one.recordPath('../../etc/x')).toBe('/run-dir/records/a_.._.._etc_x');
});
