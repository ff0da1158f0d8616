import { describe, expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import type { RunReport } from '../../../../src/recipes/engine/run/runReport.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

const STEPS = [
  put('before', '1'),
  put('stop', '2', { phase: 'window' }),
  put('move', '3', { phase: 'window' }),
  put('start', '4', { phase: 'window' }),
  put('after', '5', { phase: 'after' }),
];
const ALL = { before: '1', stop: '2', move: '3', start: '4', after: '5' };

/** Applies the steps, and makes a wish at the first change of one of them, or while it is undone. */
async function applied(host: FakeHost, at: string, wish: 'signal' | 'undo'): Promise<RunReport> {
  const controller = new AbortController();
  const plan = await host.plan(STEPS);
  host.onChange = () => {
    if (host.records.at(-1)?.id === at) controller.abort();
  };
  const done = await applyPlan({ plan, registry: host.registry, stateDir: host.stateDir, [wish]: controller.signal });
  if (done.isErr()) throw new Error(done.error.message);
  return done.value;
}

describe('a wish to stop', () => {
  test.each([
    ['before', { before: '1' }],
    ['after', ALL],
  ])('is followed in the step %s, outside the stop window', async (at, values) => {
    const host = new FakeHost(tempDir());
    expect(await applied(host, at, 'signal')).toMatchObject({ interrupted: true, failed: false });
    expect(host.values).toEqual(values);
  });

  test.each(['move', 'start'])('is not followed in the step %s of the stop window: the run ends', async (at) => {
    const host = new FakeHost(tempDir());
    expect(await applied(host, at, 'signal')).toMatchObject({ interrupted: false, failed: false, changed: true });
    expect(host.values).toEqual(ALL);
  });

  test('is not followed in the first step of the window either', async () => {
    const host = new FakeHost(tempDir());
    expect(await applied(host, 'stop', 'signal')).toMatchObject({ interrupted: false });
    expect(host.values).toEqual(ALL);
  });

  /** Rolls back a run that is applied, with a wish at the first undo after this step was undone. */
  async function rolledBack(after: string): Promise<{ readonly host: FakeHost; readonly outcome: string }> {
    const host = new FakeHost(tempDir());
    const [registry, stateDir] = [host.registry, host.stateDir];
    expect(await applyPlan({ plan: await host.plan(STEPS), registry, stateDir })).toBeOk();
    const controller = new AbortController();
    const back = await rollbackRun({
      recipe: 'fake',
      registry,
      stateDir,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'undo-done' && event.step.id === after) controller.abort();
      },
    });
    if (back.isErr()) throw new Error(back.error.message);
    return { host, outcome: back.value.outcome };
  }

  test('stops a rollback before its window', async () => {
    const { host, outcome } = await rolledBack('after');
    expect(outcome).toBe('interrupted');
    expect(host.values).toEqual({ before: '1', stop: '2', move: '3', start: '4' });
  });

  test('stops a rollback after its window', async () => {
    const { host, outcome } = await rolledBack('stop');
    expect(outcome).toBe('interrupted');
    expect(host.values).toEqual({ before: '1' });
  });

  test.each(['start', 'move'])('does not stop a rollback in its window, after the undo of %s', async (step) => {
    const { host, outcome } = await rolledBack(step);
    expect(outcome).toBe('rolled-back');
    expect(host.values).toEqual({});
  });
});

describe('a wish to undo', () => {
  test.each(['before', 'stop', 'move', 'start'])('undoes everything after the step %s', async (at) => {
    const host = new FakeHost(tempDir());
    const report = await applied(host, at, 'undo');
    expect(report).toMatchObject({ failed: true, rolledBack: true, error: { error: { code: 'UNDO_REQUESTED' } } });
    expect(host.values).toEqual({});
  });

  test('made before the first step is followed after it', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan(STEPS);
    const undo = AbortSignal.abort();
    const done = await applyPlan({ plan, registry: host.registry, stateDir: host.stateDir, undo });
    expect(done).toBeOk(expect.objectContaining({ failed: true, rolledBack: true }));
    expect(host.values).toEqual({});
  });
});
