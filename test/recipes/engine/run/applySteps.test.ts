import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import { applySteps, plainFailure } from '../../../../src/recipes/engine/run/applySteps.js';
import type { RunEvent } from '../../../../src/recipes/engine/run/runEvent.js';
import type { RunSession } from '../../../../src/recipes/engine/run/runSession.js';
import type { RecordBody } from '../../../../src/recipes/engine/journal/journalRecord.js';
import { begunRun, doneRecords, intentRecord } from '../../begunRun.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

interface Begun {
  readonly host: FakeHost;
  readonly session: RunSession;
  readonly events: RunEvent[];
}

/** A run of these steps on a host of these values, after these records. */
async function begin(
  steps: readonly RecipeStep[],
  values: Record<string, string> = {},
  records: readonly RecordBody[] = [],
): Promise<Begun> {
  const host = new FakeHost(tempDir(), values);
  const events: RunEvent[] = [];
  const session = await begunRun(host, steps, records, { onEvent: (event) => events.push(event) });
  return { host, session, events };
}

const shown = ({ host }: Begun): readonly string[] =>
  host.records.map(({ type, id }) => (id === undefined ? type : `${type} ${id}`));

describe('each step', () => {
  test('is checked, intended, applied and verified, in this order, and then the run is applied', async () => {
    const run = await begin([put('a', '1'), put('b', '2')], { a: '1' });
    expect(await applySteps(run.session, {}, undefined)).toEqual({ kind: 'applied' });
    expect(shown(run)).toEqual([
      'run-started',
      'step-satisfied a',
      'step-intended b',
      'step-applied b',
      'step-verified b',
      'run-applied',
    ]);
    expect(run.host.log).toEqual(['apply b', 'verify b']);
  });

  test('says when it begins and ends, and whether it changed anything', async () => {
    const { session, events } = await begin([put('a', '1'), put('b', '2')], { a: '1' });
    await applySteps(session, {}, undefined);
    expect(events.map((one) => [one.type, 'changed' in one ? one.changed : null])).toEqual([
      ['step-started', null],
      ['step-done', false],
      ['step-started', null],
      ['step-done', true],
    ]);
    expect(events[2]).toMatchObject({ index: 1, total: 2 });
  });
});

test('a run that finds everything satisfied is none: nothing is written and nothing verified', async () => {
  const run = await begin([put('a', '1')], { a: '1' });
  const outcome = await applySteps(run.session, {}, () => errAsync({ code: 'NEVER', message: 'not asked' }));
  expect(outcome).toEqual({ kind: 'unchanged' });
  expect(run.host.journal).toBeNull();
});

describe('the first failure', () => {
  test.each([
    ['apply:b', 'apply', ['step-intended b', 'step-failed b']],
    ['verify:b', 'verify', ['step-intended b', 'step-applied b', 'step-failed b']],
    ['check:b', 'check', ['step-failed b']],
  ])('ends the run and is in the journal: %s', async (failing, during, records) => {
    const run = await begin([put('a', '1'), put('b', '2'), put('c', '3')]);
    run.host.failing.add(failing);
    const outcome = await applySteps(run.session, {}, undefined);
    expect(outcome).toMatchObject({ kind: 'failed', failure: { stepId: 'b', during, error: { code: 'FAKE' } } });
    expect(shown(run).slice(4)).toEqual(records);
    expect(run.host.log).not.toContain('apply c');
    expect(run.events.at(-1)).toMatchObject({ type: 'step-failed', failure: { stepId: 'b', during } });
  });

  test('is a refusal besides, where nothing can have been changed by its step', async () => {
    const run = await begin([put('a', '1')]);
    run.host.failing.add('check:a');
    expect(await applySteps(run.session, {}, undefined)).toMatchObject({
      refusal: { code: 'STEP_CHECK_FAILED', stepId: 'a' },
    });
    const acted = await begin([put('a', '1')]);
    acted.host.failing.add('apply:a');
    expect(await applySteps(acted.session, {}, undefined)).toMatchObject({ refusal: null });
  });
});

describe('what is found', () => {
  test('must be what the plan found: otherwise the step is refused before it acts', async () => {
    const { host, session } = await begin([put('a', '1')]);
    host.values = { a: 'someone else' };
    expect(await applySteps(session, {}, undefined)).toMatchObject({ refusal: { code: 'CHANGED_SINCE_PLAN' } });
    expect(host.log).toEqual([]);
  });

  test('may be anything for a volatile step, and for one behind a step that acted', async () => {
    for (const steps of [
      [put('a', '1', { kind: 'fake.volatile' })],
      [put('b', '1'), put('a', '1', { after: 'b' })],
      [put('b', '1'), put('c', '1', { after: 'b' }), put('a', '1', { after: 'c' })],
    ]) {
      const { host, session } = await begin(steps);
      host.values = { a: 'someone else' };
      expect(await applySteps(session, {}, undefined)).toEqual({ kind: 'applied' });
      expect(host.values['a']).toBe('1');
    }
  });

  test('may be anything behind a volatile step that had nothing to do when the plan was made, and acted', async () => {
    const steps = [
      put('v', '1', { kind: 'fake.volatile' }),
      put('b', '1', { after: 'v' }),
      put('a', '1', { after: 'b' }),
    ];
    const { host, session } = await begin(steps, { v: '1', b: '1' });
    host.values = { v: '0', b: '0', a: 'someone else' };
    expect(await applySteps(session, {}, undefined)).toEqual({ kind: 'applied' });
    expect(host.values).toEqual({ v: '1', b: '1', a: '1' });
  });

  test('must be what the plan found behind a step that had nothing to do', async () => {
    const { host, session } = await begin([put('b', '1'), put('a', '1', { after: 'b' })], { b: '1' });
    host.values = { b: '1', a: 'someone else' };
    expect(await applySteps(session, {}, undefined)).toMatchObject({ refusal: { code: 'CHANGED_SINCE_PLAN' } });
  });
});

describe('a run that is taken up again', () => {
  test('skips what is done, and what was satisfied', async () => {
    const steps = [put('a', '1'), put('b', '1'), put('c', '1')];
    const run = await begin(steps, {}, [...doneRecords('a'), { type: 'step-satisfied', id: 'b' }]);
    run.host.values = { a: '1', b: '1' };
    expect(await applySteps(run.session, {}, undefined)).toEqual({ kind: 'applied' });
    expect(run.host.log).toEqual(['apply c', 'verify c']);
  });

  test('checks again what has to last until a later step, and keeps the first before of it', async () => {
    const steps = [put('a', '1'), put('b', '1', { ends: ['a'] })];
    const run = await begin(steps, {}, doneRecords('a'));
    run.host.values = { a: 'after the reboot' };
    expect(await applySteps(run.session, {}, undefined)).toEqual({ kind: 'applied' });
    expect(run.host.log).toEqual(['apply a', 'verify a', 'apply b', 'verify b']);
    expect(run.session.stepState('a').intent).toEqual({ before: { value: null } });
  });

  test('leaves what has to last alone where it still does', async () => {
    const run = await begin([put('a', '1'), put('b', '1', { ends: ['a'] })], {}, doneRecords('a'));
    run.host.values = { a: '1' };
    expect(await applySteps(run.session, {}, undefined)).toEqual({ kind: 'applied' });
    expect(run.host.log).toEqual(['apply b', 'verify b']);
  });

  test('does not check it again once the step that ends it is done', async () => {
    const steps = [put('a', '1'), put('b', '1', { ends: ['a'] })];
    const run = await begin(steps, {}, [...doneRecords('a'), ...doneRecords('b')]);
    expect(await applySteps(run.session, {}, undefined)).toEqual({ kind: 'applied' });
    expect(run.host.log).toEqual([]);
  });

  test('takes a step that was cut off for done when its verification passes', async () => {
    const run = await begin([put('a', '1')], {}, [intentRecord('a')]);
    run.host.values = { a: '1' };
    expect(await applySteps(run.session, {}, undefined)).toEqual({ kind: 'applied' });
    expect(run.host.log).toEqual(['verify a', 'verify a']);
    expect(run.session.stepState('a')).toMatchObject({ progress: 'done', intent: { before: { value: null } } });
  });

  test('undoes a step that was cut off half-way, and does it from the beginning', async () => {
    const run = await begin([put('a', '1')], { a: '0' }, [intentRecord('a', '0')]);
    run.host.values = { a: 'half 1' };
    expect(await applySteps(run.session, {}, undefined)).toEqual({ kind: 'applied' });
    expect(run.host.log).toEqual(['undo a', 'apply a', 'verify a']);
    expect(shown(run).slice(1)).toEqual([
      'step-intended a',
      'step-undone a',
      'step-intended a',
      'step-applied a',
      'step-verified a',
      'run-applied',
    ]);
  });

  test('undoes a step that looks done and whose verification fails', async () => {
    const run = await begin([put('a', '1')], {}, [intentRecord('a')]);
    run.host.values = { a: '1' };
    run.host.failing.add('verify:a');
    expect(await applySteps(run.session, {}, undefined)).toMatchObject({ failure: { during: 'verify' } });
    expect(run.host.log).toEqual(['verify a', 'undo a', 'apply a', 'verify a']);
  });

  test('fails where a step that was cut off cannot be undone', async () => {
    const run = await begin([put('a', '1')], {}, [intentRecord('a')]);
    run.host.values = { a: 'half 1' };
    run.host.failing.add('undo:a');
    expect(await applySteps(run.session, {}, undefined)).toMatchObject({
      kind: 'failed',
      failure: { stepId: 'a', during: 'undo' },
      refusal: null,
    });
  });
});

describe('the final verification', () => {
  test('is asked once all steps are done, and what it found is in the journal', async () => {
    const run = await begin([put('a', '1')]);
    const outcome = await applySteps(run.session, {}, () => okAsync({ checks: 3, seen: run.host.values['a'] ?? '' }));
    expect(outcome).toEqual({ kind: 'applied' });
    expect(run.session.state.verification).toEqual({ checks: 3, seen: '1' });
    expect(shown(run).slice(-2)).toEqual(['verification-passed', 'run-applied']);
    expect(run.events.slice(-2)).toMatchObject([
      { type: 'verification-started' },
      { type: 'verification-done', ok: true },
    ]);
  });

  test.each([
    ['fails', () => errAsync({ code: 'CHECK_FAILED', message: 'no' }), 'CHECK_FAILED'],
    [
      'throws',
      () => {
        throw new Error('no');
      },
      'STEP_THREW',
    ],
  ])('is a failure of the whole run when it %s', async (_, verification, code) => {
    const run = await begin([put('a', '1')]);
    expect(await applySteps(run.session, {}, verification)).toMatchObject({
      kind: 'failed',
      failure: { stepId: null, during: 'verification', error: { code } },
      refusal: null,
    });
    expect(shown(run).at(-1)).toBe('verification-failed');
  });
});

describe('a signal', () => {
  test('is heeded before a step begins', async () => {
    const run = await begin([put('a', '1')]);
    expect(await applySteps(run.session, { signal: AbortSignal.abort() }, undefined)).toEqual({ kind: 'paused' });
    expect(run.host.log).toEqual([]);
    expect(run.events.map(({ type }) => type)).toEqual(['run-paused']);
  });

  test('pauses the run where a step failed because of it, and is no failure', async () => {
    const stop = new AbortController();
    const run = await begin([put('a', '1'), put('b', '1')]);
    run.host.failing.add('apply:b');
    run.host.onChange = () => {
      if ('a' in run.host.values) stop.abort();
    };
    expect(await applySteps(run.session, { signal: stop.signal }, undefined)).toEqual({ kind: 'paused' });
    expect(shown(run).at(-1)).toBe('run-paused');
    expect(shown(run).filter((one) => one.startsWith('step-failed'))).toEqual([]);
  });

  test('pauses the run before and while it is verified', async () => {
    const stop = new AbortController();
    const run = await begin([put('a', '1')]);
    const outcome = await applySteps(run.session, { signal: stop.signal }, () => {
      stop.abort();
      return errAsync({ code: 'ABORTED', message: 'stopped' });
    });
    expect(outcome).toEqual({ kind: 'paused' });
    expect(shown(run).at(-1)).toBe('run-paused');
  });
});

describe('plainFailure', () => {
  test('keeps an error that the journal can hold, and of another one code and message', () => {
    const plain = { code: 'A', message: 'a', path: '/x' };
    expect(plainFailure(plain)).toBe(plain);
    const wild = { code: 'B', message: 'b', cause: new Error('c') };
    expect(plainFailure(wild)).toEqual({ code: 'B', message: 'b' });
  });
});
