// @module-tag slow
import { readFileSync, writeFileSync } from 'node:fs';
import { errAsync, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { defineStep } from '../../../../src/recipes/engine/plan/defineStep.js';
import { makePlan } from '../../../../src/recipes/engine/plan/makePlan.js';
import { createRegistry } from '../../../../src/recipes/engine/plan/registry.js';
import { step } from '../../../../src/recipes/engine/plan/step.js';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { resumeRun } from '../../../../src/recipes/engine/run/resumeRun.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import { runStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import type { RollbackReport, RollbackRequest } from '../../../../src/recipes/engine/run/rollbackRun.js';
import type { RunDetails, RunStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import { FakeHost, HOST, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

const STEPS = [put('a', '1'), put('b', '2'), put('c', '3')];

async function appliedHost(): Promise<FakeHost> {
  const host = new FakeHost(tempDir(), { b: 'old', c: '3' });
  const applied = await applyPlan({ plan: await host.plan(STEPS), registry: host.registry, stateDir: host.stateDir });
  expect(applied.isOk() && !applied.value.failed).toBe(true);
  host.log.length = 0;
  return host;
}

function rolledBack(host: FakeHost, more: Partial<RollbackRequest> = {}): Promise<RollbackReport> {
  return rollbackRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir, ...more }).match(
    (report) => report,
    (error) => {
      throw new Error(`${error.code}: ${error.message}`);
    },
  );
}

function statusOf(status: Result<RunStatus, unknown>): RunDetails {
  const found = status._unsafeUnwrap();
  if (found.state === 'none') throw new Error('no run');
  return found;
}

test('undoes in reverse what the run did, and nothing it found satisfied', async () => {
  const host = await appliedHost();
  const report = await rolledBack(host);
  expect(host.values).toEqual({ b: 'old', c: '3' });
  expect(host.log).toEqual(['undo b', 'undo a']);
  expect(report).toMatchObject({ changed: true, outcome: 'rolled-back', toUndo: ['b', 'a'], remaining: [] });
});

test('leaves an earlier run until it is named, and names it', async () => {
  const host = await appliedHost();
  const first = statusOf(await runStatus({ recipe: 'fake', stateDir: host.stateDir })).runId;
  const again = await applyPlan({
    plan: await host.plan([...STEPS, put('d', '4')]),
    registry: host.registry,
    stateDir: host.stateDir,
  });
  expect(again).toBeOk(expect.objectContaining({ changed: true }));
  const early = await rollbackRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir, runId: first });
  expect(early._unsafeUnwrapErr()).toMatchObject({ code: 'NO_RUN', state: 'applied' });
  expect(host.values).toEqual({ a: '1', b: '2', c: '3', d: '4' });

  for (const changed of [true, false])
    expect(await rolledBack(host)).toMatchObject({ changed, outcome: 'rolled-back' });
  expect(host.values).toEqual({ a: '1', b: '2', c: '3' });
  const status = statusOf(await runStatus({ recipe: 'fake', stateDir: host.stateDir }));
  expect(status).toMatchObject({ state: 'rolled-back', standing: { runId: first } });

  expect(await rolledBack(host, { runId: first })).toMatchObject({
    runId: first,
    changed: true,
    outcome: 'rolled-back',
  });
  expect(host.values).toEqual({ b: 'old', c: '3' });
  expect(statusOf(await runStatus({ recipe: 'fake', stateDir: host.stateDir }))).toMatchObject({
    state: 'rolled-back',
    runId: status.runId,
    standing: null,
  });
  const gone = await rollbackRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir, runId: first });
  expect(gone._unsafeUnwrapErr()).toMatchObject({ code: 'NO_RUN', state: 'rolled-back' });
});

test('once more changes nothing and succeeds', async () => {
  const host = await appliedHost();
  await rolledBack(host);
  host.values.a = 'made by someone later';
  expect(await rolledBack(host)).toMatchObject({ changed: false, outcome: 'rolled-back', toUndo: [] });
  expect(host.values.a).toBe('made by someone later');
});

test('is refused whole when one step must not be undone, naming every such step', async () => {
  const host = await appliedHost();
  host.values = { a: 'edited', b: 'edited too', c: '3' };
  const refused = await rollbackRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir });
  expect(refused.isErr() && refused.error).toMatchObject({
    code: 'ROLLBACK_REFUSED',
    refusals: [
      { stepId: 'b', error: { code: 'EDITED' } },
      { stepId: 'a', error: { code: 'EDITED' } },
    ],
  });
  expect(host.log).toEqual([]);
  expect(host.records.at(-1)?.type).toBe('run-applied');
});

test('is done when forced', async () => {
  const host = await appliedHost();
  host.values.a = 'edited';
  expect(await rolledBack(host, { force: true })).toMatchObject({ outcome: 'rolled-back' });
  expect(host.values).toEqual({ b: 'old', c: '3' });
});

test('is refused by what force does not help against, forced or not, and nothing is undone', async () => {
  const host = await appliedHost();
  host.values.a = 'edited';
  host.stuck.add('b');
  for (const force of [false, true]) {
    const refused = await rollbackRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir, force });
    const error = refused._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'ROLLBACK_REFUSED' });
    expect('refusals' in error && error.refusals.map(({ stepId }) => stepId)).toEqual(force ? ['b'] : ['b', 'a']);
    expect(error.message).toContain('b is stuck');
    expect(error).toMatchObject({ remedy: { kind: 'text' } });
  }
  expect(host.log).toEqual([]);
  expect(host.values).toEqual({ a: 'edited', b: '2', c: '3' });
});

test('advises force only where it helps', async () => {
  const host = await appliedHost();
  host.values.a = 'edited';
  const refused = await rollbackRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir });
  expect(refused).toBeErr({
    remedy: {
      kind: 'in-order',
      remedies: [
        { kind: 'text', text: 'look at what was edited' },
        { kind: 'option', option: 'force' },
      ],
    },
  });
});

test('as a dry run says what it would do and what refuses, and writes nothing', async () => {
  const host = await appliedHost();
  host.values.a = 'edited';
  const journal = readFileSync(host.journal ?? '');
  const report = await rolledBack(host, { dryRun: true });
  expect(report).toMatchObject({ outcome: 'planned', changed: false, toUndo: ['b', 'a'], refusals: [{ stepId: 'a' }] });
  expect(readFileSync(host.journal ?? '')).toEqual(journal);
  expect(host.log).toEqual([]);
});

test('collects what fails, and rolling back again goes on with the rest', async () => {
  const host = await appliedHost();
  host.failing.add('undo:b');
  const report = await rolledBack(host);
  expect(report).toMatchObject({ outcome: 'incomplete', changed: true, undoErrors: [{ stepId: 'b' }] });
  expect(report.remaining).toMatchObject([{ id: 'b', title: 'put b', journal: host.journal }]);
  expect(host.values).toEqual({ b: '2', c: '3' });

  host.failing.clear();
  host.log.length = 0;
  expect(await rolledBack(host)).toMatchObject({ outcome: 'rolled-back', toUndo: ['b'] });
  expect(host.log).toEqual(['undo b']);
});

test('tries once more what failed only because a later undo had not taken its obstacle away yet', async () => {
  const host = await appliedHost();
  host.failing.add('undo:b');
  host.onChange = () => host.failing.clear();
  expect(await rolledBack(host)).toMatchObject({ outcome: 'rolled-back', undoErrors: [], remaining: [] });
  expect(host.log).toEqual(['undo b', 'undo a', 'undo b']);
  expect(host.values).toEqual({ b: 'old', c: '3' });
});

test('that did not end is gone on with by resume as well', async () => {
  const host = await appliedHost();
  host.failing.add('undo:b');
  await rolledBack(host);
  host.failing.clear();
  const resumed = await resumeRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir });
  expect(resumed).toBeOk(expect.objectContaining({ rolledBack: true }));
  expect(host.values).toEqual({ b: 'old', c: '3' });
});

test('ends between two steps on a signal, and goes on later', async () => {
  const host = await appliedHost();
  const controller = new AbortController();
  host.onChange = () => controller.abort();
  expect(await rolledBack(host, { signal: controller.signal })).toMatchObject({ outcome: 'interrupted' });
  expect(host.values).toEqual({ a: '1', b: 'old', c: '3' });
  expect(await rolledBack(host)).toMatchObject({ outcome: 'rolled-back', toUndo: ['a'] });
});

test('of the latest run only: after it, a new run may begin', async () => {
  const host = await appliedHost();
  await rolledBack(host);
  const again = await applyPlan({ plan: await host.plan(STEPS), registry: host.registry, stateDir: host.stateDir });
  expect(again.isOk() && again.value.runId).toMatch(/^000002-/);
});

describe('is refused', () => {
  const code = (host: FakeHost, more: Partial<RollbackRequest> = {}): Promise<string> =>
    rollbackRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir, ...more }).match(
      () => 'not refused',
      (error) => error.code,
    );

  test('when there was no run', async () => {
    expect(await code(new FakeHost(tempDir()))).toBe('NO_RUN');
  });

  test('with the journal of another machine, or a corrupt one', async () => {
    const host = await appliedHost();
    expect(await code(host, { host: { ...HOST, machineId: 'other' } })).toBe('OTHER_HOST');
    const journal = host.journal ?? '';
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('old', 'odd'));
    expect(await code(host)).toBe('JOURNAL_CORRUPT');
    expect(host.values.b).toBe('2');
  });
});

test('is refused where programs changed, by their option, which alone lets it through; notes are told beforehand', async () => {
  const stateDir = tempDir();
  let program: string | null = null;
  const kind = defineStep({
    kind: 'fake.program',
    args: v.strictObject({}),
    before: v.null(),
    describe: () => ({ title: 'install', why: 'w' }),
    check: () => okAsync(program === null ? { state: 'needed', before: null } : { state: 'satisfied' }),
    apply: () => {
      program = 'ours';
      return okAsync(undefined);
    },
    verify: () => okAsync(undefined),
    undoable: (_args, _before, ctx) =>
      program === 'ours' || ctx.acceptChangedPrograms === true
        ? okAsync({ notes: ['a hook changed'] })
        : errAsync({ code: 'PROGRAMS_CHANGED', message: 'the program changed' }),
    undo: (_args, _before, ctx) => {
      const notes = [`accepted: ${String(ctx.acceptChangedPrograms)}`];
      program = null;
      return okAsync({ notes });
    },
  });
  const registry = createRegistry([kind]);
  const plan = await makePlan({
    recipe: 'fake',
    facts: {},
    notices: [],
    steps: [step(kind, { id: 'p', phase: 'before', args: {} })],
    registry,
    host: HOST,
    toolVersion: '1',
    now: new Date(),
  });
  expect(await applyPlan({ plan: plan._unsafeUnwrap(), registry, stateDir })).toBeOk(
    expect.objectContaining({ changed: true }),
  );
  const back = (more: Partial<RollbackRequest>): ReturnType<typeof rollbackRun> =>
    rollbackRun({ recipe: 'fake', registry, stateDir, ...more });
  expect(await back({ dryRun: true })).toBeOk(expect.objectContaining({ notes: ['a hook changed'], refusals: [] }));
  program = 'theirs';
  for (const force of [false, true]) {
    const refused = (await back({ force }))._unsafeUnwrapErr();
    expect(JSON.stringify(refused)).toContain('"option":"acceptChangedPrograms"');
    expect(JSON.stringify(refused)).not.toContain('"option":"force"');
  }
  const done = (await back({ acceptChangedPrograms: true }))._unsafeUnwrap();
  expect(done).toMatchObject({ outcome: 'rolled-back', steps: [{ notes: ['accepted: true'] }] });
});
