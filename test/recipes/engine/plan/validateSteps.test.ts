import { expect, test } from 'vitest';
import { createRegistry } from '../../../../src/recipes/engine/plan/registry.js';
import { validateSteps } from '../../../../src/recipes/engine/plan/validateSteps.js';
import { FakeHost, put } from '../../fakeHost.js';

const { registry } = new FakeHost('/nowhere');

test('binds every step to its kind, in the order given', () => {
  const bound = validateSteps([put('a', '1'), put('b', '2', { after: 'a', undoneBefore: ['a'] })], registry);
  expect(bound._unsafeUnwrap().map(({ step, kind }) => [step.id, kind.kind])).toEqual([
    ['a', 'fake.put'],
    ['b', 'fake.put'],
  ]);
});

test.each(['', 'A', '-a', '../a', 'a/b', 'a'.repeat(65)])('refuses the id %j, which becomes a file name', (id) => {
  expect(validateSteps([put('a', '1', { id })], registry)).toBeErr({ code: 'INVALID_RECIPE', stepId: id });
});

test('refuses an id that occurs twice', () => {
  const error = validateSteps([put('a', '1'), put('a', '2')], registry)._unsafeUnwrapErr();
  expect(error).toMatchObject({ code: 'INVALID_RECIPE', stepId: 'a' });
  expect(error.message).toContain('its id occurs twice');
});

test.each([{ after: 'b' }, { ends: ['b'] }, { undoneBefore: ['b'] }, { after: 'a' }])(
  'refuses a reference to a step that is not earlier: %j',
  (reference) => {
    const steps = [put('a', '1', reference), put('b', '2')];
    expect(validateSteps(steps, registry)).toBeErr({ code: 'INVALID_RECIPE', stepId: 'a' });
  },
);

test('refuses a kind that the registry does not have, and names it', () => {
  expect(validateSteps([put('a', '1')], createRegistry([]))).toBeErr({
    code: 'UNKNOWN_STEP_KIND',
    stepId: 'a',
    kind: 'fake.put',
  });
});

test('refuses arguments of another shape, naming the step', () => {
  const error = validateSteps([{ ...put('a', '1'), args: { key: 'a' } }], registry)._unsafeUnwrapErr();
  expect(error.code).toBe('INVALID_STEP_DATA');
  expect(error.message).toMatch(/^step 'a': /);
});
