import { okAsync } from 'neverthrow';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { defineStep } from '../../../../src/recipes/engine/plan/defineStep.js';
import { createRegistry } from '../../../../src/recipes/engine/plan/registry.js';
import { putFileStep } from '../../../../src/recipes/steps/files/putFileStep.js';
import type { Json } from '../../../../src/recipes/engine/plan/json.js';
import type { StepKind } from '../../../../src/recipes/engine/plan/step.js';
import { stepContext } from '../../../../src/recipes/engine/run/stepContext.js';
import { runFilesIn } from '../../../../src/recipes/engine/journal/runFiles.js';

const CTX = stepContext(runFilesIn('/nowhere'), 'step');

const broken = defineStep({
  kind: 'fake.broken',
  args: v.null(),
  before: v.null(),
  describe: () => {
    throw new Error('describe');
  },
  check: () => {
    throw new Error('check');
  },
  apply: () => okAsync(undefined),
  verify: () => okAsync(undefined),
  undo: () => okAsync(undefined),
});

test('a kind that throws gives a failure instead', async () => {
  const described = broken.describe(null);
  expect(described.isErr() && described.error.message).toContain('describe');
  const checked = await broken.check(null);
  expect(checked.isErr() && checked.error).toMatchObject({ code: 'STEP_THREW', kind: 'fake.broken' });
});

test('arguments and recorded states of another shape do not reach the kind, and are named by their field', async () => {
  // From a plan or a journal they come without a type.
  const kind: StepKind = putFileStep;
  const args = { path: '/nowhere/x', content: '', mode: 0o644, uid: 0, gid: 0 };
  const wrong: readonly (readonly [Json, string])[] = [
    [null, 'args'],
    [[], 'args.path'],
    ['x', 'args'],
    [{ ...args, path: 1 }, 'args.path'],
    [{ ...args, extra: true }, 'args.extra'],
    [{ ...args, validate: 1 }, 'args.validate'],
    [JSON.parse(`{"path":"/x","content":"","mode":420,"uid":0,"gid":0,"constructor":1}`) as Json, 'args.constructor'],
  ];
  for (const [value, field] of wrong) {
    const checked = await kind.check(value);
    expect(checked.isErr() && checked.error).toMatchObject({ code: 'INVALID_STEP_DATA', kind: 'posix.putFile', field });
  }
  for (const value of [null, {}, { bytes: 1 }, { bytes: 'aaaa' }, { bytes: null, mode: 1 }]) {
    const undone = await kind.undo(args, value, CTX);
    expect(undone.isErr() && undone.error.code, JSON.stringify(value)).toBe('INVALID_STEP_DATA');
  }
});

test('a state that the kind finds itself and could not read again is refused', async () => {
  const kind: StepKind = defineStep({
    kind: 'fake.found',
    args: v.null(),
    before: v.strictObject({ value: v.string() }),
    describe: () => ({ title: 'x', why: 'y' }),
    check: () => okAsync({ state: 'needed', before: { value: 7 as unknown as string } }),
    apply: () => okAsync(undefined),
    verify: () => okAsync(undefined),
    undo: () => okAsync(undefined),
  });
  const found = await kind.check(null);
  expect(found.isErr() && found.error).toMatchObject({ code: 'INVALID_STEP_DATA', field: 'before.value' });
});

test('the message of a secret value of the wrong type does not hold it', () => {
  const kind: StepKind = putFileStep;
  const described = kind.describe({ path: 'canary-5f2d', content: '', mode: 0o644, uid: 0, gid: 0 });
  expect(described.isErr() && described.error.message).toMatch(
    /^args\.path of a step of kind 'posix\.putFile' is not valid \(expected: starts with "\/"\)/,
  );
  expect(JSON.stringify(described)).not.toContain('canary');
});

test('a kind without undoable may always be undone, and one without notes has none', async () => {
  expect((await broken.undoable(null, null, CTX)).isOk()).toBe(true);
  const undone = await broken.undo(null, null, CTX);
  expect(undone.isOk() && undone.value).toEqual({ notes: [] });
});

test('names are looked up, inherited ones too not found', () => {
  const registry = createRegistry([broken]);
  expect(registry.kinds).toEqual(['fake.broken']);
  expect(registry.get('toString')).toBeUndefined();
});

test('no two steps share a record file, and none leaves the records', () => {
  const files = runFilesIn('/run-dir');
  const [one, two] = [stepContext(files, 'a'), stepContext(files, 'a.b')];
  expect(one.recordPath('b.c')).not.toBe(two.recordPath('c'));
  expect(one.recordPath('../../etc/x')).toBe('/run-dir/records/a_.._.._etc_x');
});
