// @module-tag slow
import { expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { recoverRun } from '../../../../src/recipes/engine/run/recoverRun.js';
import { resumeRun } from '../../../../src/recipes/engine/run/resumeRun.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import { runStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import { FakeHost, put } from '../../fakeHost.js';
import { killedRuns, stage } from '../../killedRuns.js';
import { sample } from '../../../support/campaign.js';
import { tempDir } from '../../tempDir.js';

/** Something before, a hold, two steps in its window of which one finds nothing to do, the end of it, something after. */
const STEPS = [
  put('early', '1'),
  put('hold', 'on', { phase: 'window' }),
  put('moved', '2', { phase: 'window' }),
  put('quiet', '3', { phase: 'window', kind: 'fake.volatile' }),
  put('unit', '4', { phase: 'window' }),
  put('end', 'on', { phase: 'window', ends: ['hold'], undoneBefore: ['moved', 'unit'] }),
  put('late', '5', { phase: 'after' }),
];
const BEFORE = { quiet: '3' };
const AFTER = { early: '1', hold: 'on', moved: '2', quiet: '3', unit: '4', end: 'on', late: '5' };

async function source(failing: readonly string[] = []): Promise<FakeHost> {
  const host = new FakeHost(tempDir(), BEFORE);
  for (const each of failing) host.failing.add(each);
  const plan = await host.plan(STEPS);
  host.remember();
  expect(await applyPlan({ plan, registry: host.registry, stateDir: host.stateDir })).toBeOk();
  return host;
}

/** What must fit together: both or neither, unless the window has been closed. */
function fits({ values }: FakeHost): boolean {
  const [moved, unit] = [values.moved ?? null, values.unit ?? null];
  return (moved === '2' && unit === '4') || (moved === null && unit === null);
}

test('after a reboot at any instant what starts fits together, and the run is finished either way', async () => {
  for (const failing of [[], ['verify:end']]) {
    const from = await source(failing);
    const forward = failing.length === 0;
    const kills = killedRuns(from).filter(({ tornBytes }) => tornBytes === 0);
    for (const killed of sample(kills, 3)) {
      for (const way of ['resume', 'rollback'] as const) {
        const host = stage(from, killed, tempDir());
        const where = { recipe: 'fake', registry: host.registry, stateDir: host.stateDir };
        const recovered = await recoverRun(where);
        expect(recovered).toBeOk(expect.objectContaining({ undoErrors: [] }));
        expect(fits(host), JSON.stringify([killed, host.values])).toBe(true);
        expect(await recoverRun(where)).toBeOk();
        // A hold does not outlast the reboot.
        host.values = Object.fromEntries(Object.entries(host.values).filter(([key]) => key !== 'hold'));
        const ended = way === 'resume' ? await resumeRun(where) : await rollbackRun(where);
        if (ended.isErr()) expect(ended.error.code, JSON.stringify(killed)).toBe('NO_RUN');
        const state = await runStatus(where).unwrapOr(null);
        if (state?.state === 'applied')
          expect(host.values).toEqual({ ...AFTER, ...(host.values.hold === undefined ? { hold: undefined } : {}) });
        else expect(host.values).toEqual(BEFORE);
        expect(
          forward && way === 'resume' ? ['applied'] : ['applied', 'rolled-back'].slice(way === 'resume' ? 0 : 1),
        ).toContain(state?.state);
      }
    }
  }
});

test('what was found satisfied in the window is asked again, since what was stopped has run since', async () => {
  const from = await source();
  const killed = killedRuns(from).find(({ values }) => values.unit === 'half 4');
  const host = stage(from, killed ?? { records: 0, values: {}, tornBytes: 0 }, tempDir());
  const where = { recipe: 'fake', registry: host.registry, stateDir: host.stateDir };
  const recovered = await recoverRun(where);
  expect(recovered).toBeOk(expect.objectContaining({ undone: ['unit', 'moved'] }));
  host.values = { ...host.values, quiet: 'noise' };
  expect(await resumeRun(where)).toBeOk();
  expect(host.values.quiet).toBe('3');
});

test('with a step that cannot be taken back nothing may start', async () => {
  const from = await source();
  const killed = killedRuns(from).find(({ values }) => values.unit === 'half 4');
  const host = stage(from, killed ?? { records: 0, values: {}, tornBytes: 0 }, tempDir());
  host.failing.add('undo:unit');
  const recovered = await recoverRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir });
  // What needs the unit to be back is left where it is, with it.
  expect(recovered.isOk() && recovered.value.undoErrors.map(({ stepId }) => stepId)).toEqual(['unit']);
});

test('without a run there is nothing to put together, and nothing is made', async () => {
  const host = new FakeHost(tempDir());
  const recovered = await recoverRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir });
  expect(recovered).toBeOk({ runId: null, undone: [], undoErrors: [] });
  expect(host.journal).toBeNull();
});
