import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import type { ApplyRequest } from '../../../../src/recipes/engine/run/applyPlan.js';
import type { FinalVerification } from '../../../../src/recipes/engine/run/applySteps.js';
import type { RunEvent } from '../../../../src/recipes/engine/run/runEvent.js';
import type { RunReport } from '../../../../src/recipes/engine/run/runReport.js';
import { FakeHost, HOST, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

const THREE = [put('a', '1'), put('b', '2', { phase: 'window' }), put('c', '3', { phase: 'after' })];

function applied(host: FakeHost, request: Omit<ApplyRequest, 'registry' | 'stateDir'>): Promise<RunReport> {
  return applyPlan({ registry: host.registry, stateDir: host.stateDir, ...request }).match(
    (report) => report,
    (error) => {
      throw new Error(`${error.code}: ${error.message}`);
    },
  );
}

async function refused(host: FakeHost, request: Omit<ApplyRequest, 'registry' | 'stateDir'>): Promise<string> {
  const result = await applyPlan({ registry: host.registry, stateDir: host.stateDir, ...request });
  return result.isErr() ? result.error.code : 'not refused';
}

describe('a run that goes well', () => {
  test('does the steps in order, each intent in the journal before its act', async () => {
    const host = new FakeHost(tempDir(), { b: 'old' });
    const plan = await host.plan(THREE);
    const seen: string[] = [];
    host.onChange = () => seen.push(String(host.records.at(-1)?.type) + ' ' + String(host.records.at(-1)?.id));
    const report = await applied(host, { plan });
    expect(host.values).toEqual({ a: '1', b: '2', c: '3' });
    expect(seen).toEqual(['a', 'a', 'b', 'b', 'c', 'c'].map((id) => `step-intended ${id}`));
    expect(report).toMatchObject({ changed: true, failed: false, rolledBack: false, interrupted: false });
    expect(report.undoErrors).toEqual([]);
    expect(report.steps.map(({ id, state }) => `${id} ${state}`)).toEqual(['a done', 'b done', 'c done']);
  });

  test('keeps its directories 0700 and its files 0600', async () => {
    const host = new FakeHost(tempDir());
    await applied(host, { plan: await host.plan(THREE) });
    const runDir = dirname(host.journal ?? '');
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect([host.stateDir, dirname(runDir), runDir, join(runDir, 'records')].map(mode)).toEqual(Array(4).fill('700'));
    const files = ['journal.jsonl', 'journal.head', 'reserve'].map((name) => join(runDir, name));
    expect([...files, join(host.stateDir, 'lock')].map(mode)).toEqual(Array(4).fill('600'));
  });

  test('leaves a satisfied step alone and keeps no before of it', async () => {
    const host = new FakeHost(tempDir(), { a: '1' });
    const report = await applied(host, { plan: await host.plan(THREE) });
    expect(report.steps[0]?.state).toBe('satisfied');
    expect(host.log).not.toContain('apply a');
    expect(host.records.filter(({ id }) => id === 'a').map(({ type }) => type)).toEqual(['step-satisfied']);
  });

  test('leaves no run when nothing is to be done, so that the earlier one stays the latest', async () => {
    const host = new FakeHost(tempDir());
    const first = await applied(host, { plan: await host.plan(THREE) });
    const journal = host.journal;
    const plan = await host.plan(THREE);
    expect(plan.changed).toBe(false);
    const finalVerification: FinalVerification = () => errAsync({ code: 'NOT_CALLED', message: '' });
    const report = await applied(host, { plan, finalVerification });
    expect(report).toMatchObject({ runId: null, changed: false, failed: false });
    expect(host.journal).toBe(journal);
    expect(journal).toContain(first.runId);
  });

  test('puts what the final verification found into journal and report', async () => {
    const host = new FakeHost(tempDir());
    const report = await applied(host, {
      plan: await host.plan(THREE),
      finalVerification: () => okAsync({ points: 9 }),
    });
    expect(report.verification).toEqual({ points: 9 });
    expect(host.records.at(-2)).toMatchObject({ type: 'verification-passed', result: { points: 9 } });
  });

  test('tells what goes on, and a handler that throws does not end it', async () => {
    const host = new FakeHost(tempDir());
    const events: RunEvent[] = [];
    const report = await applied(host, {
      plan: await host.plan(THREE),
      onEvent: (event) => {
        events.push(event);
        throw new Error('EPIPE');
      },
    });
    expect(report.failed).toBe(false);
    const types = events.map(({ type }) => type);
    expect(types.slice(0, 4)).toEqual(['run-started', 'step-started', 'step-done', 'step-started']);
    expect(types.filter((type) => type === 'step-done')).toHaveLength(3);
  });

  test('judges a step that waits for another one only after that one', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan([put('a', '1'), put('b', '2', { after: 'a' })]);
    expect(plan.steps.map(({ state }) => state)).toEqual(['needed', 'later']);
    host.onChange = () => {
      host.onChange = undefined;
      host.values.b = 'made by a';
    };
    expect((await applied(host, { plan })).failed).toBe(false);
    expect(host.values.b).toBe('2');
  });
});

describe('a run that fails', () => {
  test.each(['apply:b', 'verify:b'])('undoes in reverse, the failed step too: %s', async (failing) => {
    const host = new FakeHost(tempDir(), { a: 'old' });
    const plan = await host.plan(THREE);
    host.failing.add(failing);
    const report = await applied(host, { plan });
    expect(host.values).toEqual({ a: 'old' });
    expect(host.log.filter((line) => line.startsWith('undo'))).toEqual(['undo b', 'undo a']);
    expect(report).toMatchObject({ changed: false, failed: true, rolledBack: true, remaining: [] });
    expect(report.error).toMatchObject({ stepId: 'b', during: failing.split(':')[0], error: { code: 'FAKE' } });
    expect(report.steps.map(({ state }) => state)).toEqual(['undone', 'undone', 'pending']);
    expect(host.records.at(-1)?.type).toBe('run-rolled-back');
  });

  test('is undone when only the final verification fails', async () => {
    const host = new FakeHost(tempDir());
    const report = await applied(host, {
      plan: await host.plan(THREE),
      finalVerification: () => errAsync({ code: 'POINT_4', message: 'not writable' }),
    });
    expect(report).toMatchObject({ failed: true, rolledBack: true });
    expect(report.error).toMatchObject({ stepId: null, during: 'verification', error: { code: 'POINT_4' } });
    expect(host.values).toEqual({});
  });

  test('is undone when the final verification throws', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan(THREE);
    const report = await applied(host, {
      plan,
      finalVerification: () => {
        throw new Error('oops');
      },
    });
    expect(report).toMatchObject({ rolledBack: true, error: { error: { code: 'STEP_THREW' } } });
  });

  test('goes on undoing when one undo fails, and names what remains', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan(THREE);
    host.failing.add('verify:c').add('undo:b');
    const report = await applied(host, { plan });
    expect(host.values).toEqual({ b: '2' });
    expect(report).toMatchObject({ changed: true, failed: true, rolledBack: false });
    expect(report.undoErrors).toMatchObject([{ stepId: 'b', error: { code: 'FAKE' } }]);
    expect(report.remaining).toMatchObject([{ id: 'b', title: 'put b', message: 'undo of b was told to fail' }]);
    expect(await refused(host, { plan })).toBe('INTERRUPTED_RUN');
  });

  test('leaves a step alone that a later one must be undone before, where that one failed', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan([put('hold', '1'), put('state', '2'), put('unit', '3', { undoneBefore: ['hold'] })]);
    host.failing.add('undo:unit');
    const report = await applied(host, { plan, finalVerification: () => errAsync({ code: 'NO', message: 'no' }) });
    expect(host.values).toEqual({ hold: '1', unit: '3' });
    expect(report.undoErrors.map(({ error }) => error.code)).toEqual(['FAKE', 'UNDO_BLOCKED']);
  });

  test('goes back in spite of a signal: half way back is no place to stop', async () => {
    const host = new FakeHost(tempDir());
    const controller = new AbortController();
    host.failing.add('verify:c');
    const plan = await host.plan(THREE);
    const report = await applied(host, {
      plan,
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'rollback-started') controller.abort();
      },
    });
    expect(report).toMatchObject({ rolledBack: true, interrupted: false });
    expect(host.values).toEqual({});
  });
});

describe('a run that is refused', () => {
  test('when a step finds something else than it was planned on: nothing is touched', async () => {
    const host = new FakeHost(tempDir(), { a: 'old' });
    const plan = await host.plan(THREE);
    host.values.a = 'edited';
    expect(await refused(host, { plan })).toBe('CHANGED_SINCE_PLAN');
    expect(host.values).toEqual({ a: 'edited' });
    expect(host.journal).toBeNull();
  });

  test('when a step that was satisfied no longer is', async () => {
    const host = new FakeHost(tempDir(), { a: '1' });
    const plan = await host.plan([put('a', '1')]);
    host.values.a = 'edited';
    expect(await refused(host, { plan })).toBe('CHANGED_SINCE_PLAN');
  });

  test('not when the step is volatile', async () => {
    const host = new FakeHost(tempDir(), { a: '191 entries' });
    const plan = await host.plan([put('a', '1', { kind: 'fake.volatile' })]);
    host.values.a = '192 entries';
    expect((await applied(host, { plan })).failed).toBe(false);
    expect(host.records[1]).toMatchObject({ type: 'step-intended', before: { value: '192 entries' } });
  });

  test('later in the run it is a failure like any other', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan(THREE);
    host.values.b = 'edited';
    const report = await applied(host, { plan });
    expect(report).toMatchObject({ rolledBack: true, error: { stepId: 'b', error: { code: 'CHANGED_SINCE_PLAN' } } });
    expect(host.values).toEqual({ b: 'edited' });
  });

  test('when a check cannot be answered', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan(THREE);
    host.failing.add('check:a');
    expect(await refused(host, { plan })).toBe('STEP_CHECK_FAILED');
  });

  test('when the plan is of another machine, or of kinds that are not known', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan(THREE);
    expect(await refused(host, { plan, host: { ...HOST, machineId: 'other' } })).toBe('OTHER_HOST');
    const strange = { ...plan, steps: plan.steps.map((step) => ({ ...step, kind: 'fake.strange' })) };
    expect(await refused(host, { plan: strange })).toBe('UNKNOWN_STEP_KIND');
    expect(existsSync(host.stateDir)).toBe(false);
  });

  test('for all but one of many at once', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan(THREE);
    const runs = Array.from({ length: 8 }, () => refused(host, { plan }));
    expect((await Promise.all(runs)).sort()).toEqual([...Array<string>(7).fill('LOCKED'), 'not refused']);
    expect(host.values).toEqual({ a: '1', b: '2', c: '3' });
  });
});

describe('a signal', () => {
  test('ends the run between two steps and leaves it interrupted', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan(THREE);
    const controller = new AbortController();
    host.onChange = () => controller.abort();
    const report = await applied(host, { plan, signal: controller.signal });
    expect(report).toMatchObject({ interrupted: true, failed: false, rolledBack: false, changed: true });
    expect(host.values).toEqual({ a: '1' });
    expect(await refused(host, { plan })).toBe('INTERRUPTED_RUN');
  });

  test('makes the failure of a step that heeds it no failure of the run', async () => {
    const host = new FakeHost(tempDir());
    const plan = await host.plan(THREE);
    const controller = new AbortController();
    host.onChange = () => controller.abort();
    host.failing.add('apply:a');
    const report = await applied(host, { plan, signal: controller.signal });
    expect(report).toMatchObject({ interrupted: true, failed: false });
    expect(host.values).toEqual({ a: 'half 1' });
  });

  test('before the first step leaves nothing at all', async () => {
    const host = new FakeHost(tempDir());
    const report = await applied(host, { plan: await host.plan(THREE), signal: AbortSignal.abort() });
    expect(report).toMatchObject({ interrupted: true, changed: false, runId: null });
    expect(host.journal).toBeNull();
  });
});

test('a secret in what was there is in the journal, and in nothing that is shown', async () => {
  const host = new FakeHost(tempDir(), { a: 'canary-5f2d' });
  const plan = await host.plan(THREE);
  const events: RunEvent[] = [];
  host.failing.add('verify:c');
  const report = await applied(host, { plan, onEvent: (event) => events.push(event) });
  expect(JSON.stringify([plan, report, events])).not.toContain('canary');
  expect(readFileSync(host.journal ?? '', 'utf8')).toContain('canary-5f2d');
});
