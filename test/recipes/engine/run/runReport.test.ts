import { expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { stepReports } from '../../../../src/recipes/engine/run/runReport.js';
import type { StepState } from '../../../../src/recipes/engine/journal/journalState.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

test('a step is reported with its error and notes where it has some, and without them otherwise', async () => {
  const { steps } = await new FakeHost(tempDir()).plan([put('a', '1'), put('b', '2')]);
  const [a, b] = steps;
  if (a === undefined || b === undefined) throw new Error('no steps');
  const none = { intent: null, durationMs: 0, error: null, notes: [] };
  const error = { code: 'FAKE', message: 'no' };
  const states = new Map<string, StepState>([
    ['a', { ...none, step: { ...a, undo: 'take a back' }, progress: 'done', durationMs: 5 }],
    ['b', { ...none, step: b, progress: 'undo-failed', error, notes: ['left'] }],
  ]);
  expect(stepReports(states)).toEqual([
    { id: 'a', title: 'put a', undo: 'take a back', phase: 'before', state: 'done', durationMs: 5 },
    {
      id: 'b',
      title: 'put b',
      undo: 'undo: put b',
      phase: 'before',
      state: 'undo-failed',
      durationMs: 0,
      error,
      notes: ['left'],
    },
  ]);
});

test('what could not be undone after a failure remains, in the order of undoing, each with its reason', async () => {
  const host = new FakeHost(tempDir(), { a: '0', b: '0' });
  for (const act of ['apply:c', 'undo:a', 'undo:b']) host.failing.add(act);
  const { registry, stateDir } = host;
  const applied = await applyPlan({
    plan: await host.plan([put('a', '1'), put('b', '1'), put('c', '1')]),
    registry,
    stateDir,
  });
  const report = applied._unsafeUnwrap();
  expect(report).toMatchObject({ failed: true, rolledBack: false, changed: true, interrupted: false });
  expect(report.remaining.map(({ id, message }) => [id, message])).toEqual([
    ['b', 'undo of b was told to fail'],
    ['a', 'undo of a was told to fail'],
  ]);
  expect(report.undoErrors.map(({ stepId }) => stepId)).toEqual(['b', 'a']);
});

test('a run that was undone completely has nothing remaining and says why it failed', async () => {
  const host = new FakeHost(tempDir(), { a: '0' });
  host.failing.add('apply:b');
  const { registry, stateDir } = host;
  const applied = await applyPlan({ plan: await host.plan([put('a', '1'), put('b', '1')]), registry, stateDir });
  expect(applied._unsafeUnwrap()).toMatchObject({
    failed: true,
    rolledBack: true,
    remaining: [],
    undoErrors: [],
    error: { error: { code: 'FAKE' } },
  });
});
