import { expect, expectTypeOf, test } from 'vitest';
import { step } from '../../../../src/recipes/engine/plan/step.js';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import { fileModeStep } from '../../../../src/recipes/steps/files/fileModeStep.js';
import { moveTreeStep } from '../../../../src/recipes/steps/files/moveTreeStep.js';

const args = { from: '/a', to: '/b', why: 'for the test' };

test('a step refers to others by their handle, and a plan holds their ids', () => {
  const first = step(moveTreeStep, { id: 'first', phase: 'before', args });
  const second = step(moveTreeStep, {
    id: 'second',
    phase: 'window',
    after: first,
    ends: [first],
    undoneBefore: [first],
    args,
  });
  expect(second).toEqual({
    id: 'second',
    kind: 'posix.moveTree',
    phase: 'window',
    args,
    after: 'first',
    ends: ['first'],
    undoneBefore: ['first'],
  });
  expect(step(moveTreeStep, { id: 'third', phase: 'after', args, after: undefined, ends: [] })).toEqual({
    id: 'third',
    kind: 'posix.moveTree',
    phase: 'after',
    args,
  });
  expectTypeOf(first).toExtend<RecipeStep>();
  expectTypeOf(first.args.from).toBeString();
});

test('a step with arguments that its kind does not have does not compile', () => {
  const [directory, prefix, mode, why] = ['/x', 'a-', 0o644, 'for the test'] as const;
  step(fileModeStep, { id: 'a', phase: 'before', args: { directory, prefix, mode, why } });
  // @ts-expect-error -- misspelt
  step(fileModeStep, { id: 'a', phase: 'before', args: { directory, prefx: prefix, mode, why } });
  // @ts-expect-error -- a field too many
  step(fileModeStep, { id: 'a', phase: 'before', args: { directory, prefix, mode, why, more: 1 } });
  // @ts-expect-error -- one is missing
  step(fileModeStep, { id: 'a', phase: 'before', args: { directory, mode, why } });
  // @ts-expect-error -- of another type
  step(fileModeStep, { id: 'a', phase: 'before', args: { directory, prefix, mode: '0644', why } });
  // @ts-expect-error -- of another kind
  step(moveTreeStep, { id: 'a', phase: 'before', args: { directory, prefix, mode, why } });
  // @ts-expect-error -- another step is named by its handle
  step(moveTreeStep, { id: 'a', phase: 'before', args, after: 'first' });
  // @ts-expect-error -- only step() makes one
  const byHand: RecipeStep = { id: 'a', kind: 'posix.fileMode', phase: 'before', args: { prefx: 'a-' } };
  expect(byHand.id).toBe('a');
});
