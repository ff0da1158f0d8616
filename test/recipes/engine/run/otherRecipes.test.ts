import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { recoverRun } from '../../../../src/recipes/engine/run/recoverRun.js';
import { resumeRun } from '../../../../src/recipes/engine/run/resumeRun.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import { runStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import type { RunReport } from '../../../../src/recipes/engine/run/runReport.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

const MIGRATION = 'migrate-off-root';
const CUSTOM = 'example';

async function apply(
  host: FakeHost,
  recipe: string,
  steps: readonly RecipeStep[],
  abortAfter?: string,
): Promise<RunReport> {
  const controller = new AbortController();
  const plan = await host.plan(steps, {}, recipe);
  const applied = await applyPlan({
    plan,
    registry: host.registry,
    stateDir: host.stateDir,
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === 'step-done' && event.step.id === abortAfter) controller.abort();
    },
  });
  return applied._unsafeUnwrap();
}

/** A migration, a run of a custom recipe, and a second migration. */
async function threeRuns(): Promise<{ readonly host: FakeHost; readonly ids: readonly (string | null)[] }> {
  const host = new FakeHost(tempDir());
  const first = await apply(host, MIGRATION, [put('a', '1')]);
  const custom = await apply(host, CUSTOM, [put('mine', '1')]);
  const second = await apply(host, MIGRATION, [put('a', '1'), put('b', '2')]);
  return { host, ids: [first.runId, custom.runId, second.runId] };
}

test('a custom recipe between two migrations: each side sees its own runs only', async () => {
  const { host, ids } = await threeRuns();
  const { stateDir } = host;
  expect(ids.map((id) => id?.replace(/-\d{8}T\d{6}Z/, ''))).toEqual([
    '000001-migrate-off-root',
    '000002-example',
    '000003-migrate-off-root',
  ]);
  expect((await runStatus({ recipe: MIGRATION, stateDir }))._unsafeUnwrap()).toMatchObject({ runId: ids[2] });
  expect((await runStatus({ recipe: CUSTOM, stateDir }))._unsafeUnwrap()).toMatchObject({
    state: 'applied',
    runId: ids[1],
    steps: [{ id: 'mine' }],
  });
  expect((await runStatus({ recipe: 'third', stateDir }))._unsafeUnwrap()).toEqual({ state: 'none' });
});

test('a rollback of one leaves the other, the latest run of the host included', async () => {
  const { host, ids } = await threeRuns();
  const where = { registry: host.registry, stateDir: host.stateDir };
  const custom = await rollbackRun({ ...where, recipe: CUSTOM });
  expect(custom._unsafeUnwrap()).toMatchObject({ runId: ids[1], toUndo: ['mine'], outcome: 'rolled-back' });
  expect(host.values).toEqual({ a: '1', b: '2' });
  expect((await rollbackRun({ ...where, recipe: MIGRATION }))._unsafeUnwrap()).toMatchObject({ runId: ids[2] });
  const status = (await runStatus({ ...where, recipe: MIGRATION }))._unsafeUnwrap();
  expect(status).toMatchObject({ state: 'rolled-back', standing: { runId: ids[0] } });
  const strange = await rollbackRun({ ...where, recipe: MIGRATION, runId: ids[1] ?? '' });
  expect(strange._unsafeUnwrapErr().code).toBe('NO_RUN');
  expect((await rollbackRun({ ...where, recipe: 'third' }))._unsafeUnwrapErr()).toMatchObject({
    code: 'NO_RUN',
    state: 'none',
  });
});

test('an interrupted run of one refuses a new run of every other, naming it, and only its own recipe ends it', async () => {
  const host = new FakeHost(tempDir());
  const where = { registry: host.registry, stateDir: host.stateDir };
  const paused = await apply(host, CUSTOM, [put('mine', '1'), put('more', '2')], 'mine');
  expect(paused.interrupted).toBe(true);
  const plan = await host.plan([put('a', '1')], {}, MIGRATION);
  const refused = (await applyPlan({ plan, ...where }))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'INTERRUPTED_RUN', recipe: CUSTOM, runId: paused.runId, direction: 'forward' });
  expect(refused.message).toContain('resume the run of example');
  expect((await resumeRun({ ...where, recipe: MIGRATION }))._unsafeUnwrapErr()).toMatchObject({ code: 'NO_RUN' });
  expect((await rollbackRun({ ...where, recipe: MIGRATION }))._unsafeUnwrapErr()).toMatchObject({ code: 'NO_RUN' });
  expect((await recoverRun({ ...where, recipe: MIGRATION }))._unsafeUnwrap()).toMatchObject({ runId: null });
  expect(host.values).toEqual({ mine: '1' });
  expect((await resumeRun({ ...where, recipe: CUSTOM }))._unsafeUnwrap()).toMatchObject({ failed: false });
  expect((await applyPlan({ plan, ...where }))._unsafeUnwrap()).toMatchObject({ changed: true });
});

test('a rollback of an earlier run that did not end refuses a new run, and is ended by resume', async () => {
  const host = new FakeHost(tempDir());
  const where = { registry: host.registry, stateDir: host.stateDir, recipe: CUSTOM };
  const first = await apply(host, CUSTOM, [put('a', '1')]);
  await apply(host, CUSTOM, [put('a', '1'), put('b', '2')]);
  expect((await rollbackRun(where))._unsafeUnwrap().outcome).toBe('rolled-back');
  host.failing.add('undo:a');
  expect((await rollbackRun({ ...where, runId: first.runId ?? '' }))._unsafeUnwrap().outcome).toBe('incomplete');
  const plan = await host.plan([put('c', '3')], {}, MIGRATION);
  expect((await applyPlan({ plan, ...where }))._unsafeUnwrapErr()).toMatchObject({ code: 'INTERRUPTED_RUN' });
  host.failing.clear();
  expect((await resumeRun(where))._unsafeUnwrap()).toMatchObject({ runId: first.runId, rolledBack: true });
  expect(host.values).toEqual({});
});

test('a damaged journal of one recipe does not hide the runs of another, but no new run begins', async () => {
  const { host, ids } = await threeRuns();
  const where = { registry: host.registry, stateDir: host.stateDir };
  const journal = `${host.stateDir}/runs/${ids[1] ?? ''}/journal.jsonl`;
  writeFileSync(journal, readFileSync(journal, 'utf8').replace('"mine"', '"mime"'));
  expect((await runStatus({ ...where, recipe: CUSTOM }))._unsafeUnwrapErr().code).toBe('JOURNAL_CORRUPT');
  expect((await runStatus({ ...where, recipe: MIGRATION }))._unsafeUnwrap().state).toBe('applied');
  const plan = await host.plan([put('c', '3')], {}, MIGRATION);
  expect((await applyPlan({ plan, ...where }))._unsafeUnwrapErr().code).toBe('JOURNAL_CORRUPT');
  expect((await rollbackRun({ ...where, recipe: MIGRATION }))._unsafeUnwrap().outcome).toBe('rolled-back');
});
