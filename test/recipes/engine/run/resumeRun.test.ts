// @module-tag slow
import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { resumeRun } from '../../../../src/recipes/engine/run/resumeRun.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import { runStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import type { FinalVerification } from '../../../../src/recipes/engine/run/applySteps.js';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import type { ResumeRequest } from '../../../../src/recipes/engine/run/resumeRun.js';
import type { RunReport } from '../../../../src/recipes/engine/run/runReport.js';
import { FakeHost, HOST, put } from '../../fakeHost.js';
import { killedRuns, stage } from '../../killedRuns.js';
import { cases, sample } from '../../../support/campaign.js';
import { tempDir } from '../../tempDir.js';

const BEFORE = { b: 'old', c: '3' };
const AFTER = { a: '1', b: '2', c: '3', d: '4' };
const STEPS = [
  put('a', '1'),
  put('b', '2', { kind: 'fake.volatile', phase: 'window' }),
  put('c', '3'),
  put('d', '4', { after: 'b', phase: 'after' }),
];

/** A run from its beginning to its end, every instant remembered. */
async function wholeRun(failing: string | null): Promise<FakeHost> {
  const host = new FakeHost(tempDir(), BEFORE);
  const plan = await host.plan(STEPS);
  host.remember();
  if (failing !== null) host.failing.add(failing);
  const { registry, stateDir } = host;
  const ended = await applyPlan({ plan, registry, stateDir, finalVerification: () => okAsync('proven') });
  expect(ended).toBeOk();
  host.failing.clear();
  return host;
}

function resumed(host: FakeHost, more: Partial<ResumeRequest> = {}): Promise<RunReport> {
  return resumeRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir, ...more }).match(
    (report) => report,
    (error) => {
      throw new Error(`${error.code}: ${error.message}`);
    },
  );
}

async function stateOf(host: FakeHost): Promise<string> {
  return runStatus({ recipe: 'fake', stateDir: host.stateDir }).match(
    ({ state }) => state,
    ({ code }) => code,
  );
}

async function interrupted(steps: readonly RecipeStep[], lastStep: string): Promise<FakeHost> {
  const host = new FakeHost(tempDir());
  const plan = await host.plan(steps);
  const controller = new AbortController();
  const ended = await applyPlan({
    plan,
    registry: host.registry,
    stateDir: host.stateDir,
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === 'step-done' && event.step.id === lastStep) controller.abort();
    },
  });
  expect(ended).toBeOk(expect.objectContaining({ interrupted: true }));
  return host;
}

/** The instants at which a run can be killed; every third has each kind of torn record among them. */
const sampledKills = (source: FakeHost): ReturnType<typeof killedRuns> => sample(killedRuns(source), 3);

describe('killed at any instant, with the last record cut off anywhere', () => {
  test('a run on its way forward is finished by resume, and taken back by rollback', async () => {
    const source = await wholeRun(null);
    const kills = sampledKills(source);
    expect(kills.length).toBeGreaterThan(cases(20, 60));
    for (const killed of kills) {
      const forward = stage(source, killed, tempDir());
      if ((await stateOf(forward)) === 'interrupted') {
        const report = await resumed(forward, { finalVerification: () => okAsync('proven') });
        const expected = { failed: false, interrupted: false, verification: 'proven' };
        expect(report, JSON.stringify(killed)).toMatchObject(expected);
      }
      expect(forward.values, JSON.stringify(killed)).toEqual(AFTER);
      expect(await stateOf(forward)).toBe('applied');

      const back = stage(source, killed, tempDir());
      const rolledBack = await rollbackRun({ recipe: 'fake', registry: back.registry, stateDir: back.stateDir });
      expect(rolledBack, JSON.stringify(killed)).toBeOk(expect.objectContaining({ outcome: 'rolled-back' }));
      expect(back.values, JSON.stringify(killed)).toEqual(BEFORE);
      expect(await stateOf(back)).toBe('rolled-back');
    }
  });

  test('a run on its way back is taken back by either', async () => {
    const source = await wholeRun('verify:d');
    for (const killed of sampledKills(source)) {
      const failed = source.records.slice(0, killed.records).some(({ type }) => type === 'step-failed');
      for (const act of [resumeRun, rollbackRun]) {
        const host = stage(source, killed, tempDir());
        if (!failed || (await stateOf(host)) !== 'interrupted') continue;
        const done = await act({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir });
        expect(done, JSON.stringify(killed)).toBeOk();
        expect(host.values, JSON.stringify(killed)).toEqual(BEFORE);
        expect(await stateOf(host)).toBe('rolled-back');
      }
    }
  });

  test('a resumed run that is killed again is resumed again', async () => {
    const source = await wholeRun(null);
    for (const killed of sampledKills(source).filter(({ tornBytes }) => tornBytes <= 1)) {
      const again = stage(source, killed, tempDir());
      if ((await stateOf(again)) !== 'interrupted') continue;
      again.remember();
      await resumed(again);
      const second = killedRuns(again).filter(({ records, tornBytes }) => records > killed.records && tornBytes === 0);
      for (const twice of second.filter((_, index) => index % 5 === 0)) {
        const third = stage(again, twice, tempDir());
        if ((await stateOf(third)) === 'interrupted') await resumed(third);
        expect(third.values, JSON.stringify([killed, twice])).toEqual(AFTER);
      }
    }
  });
});

describe('a resumed run', () => {
  test('does not do again what is done', async () => {
    const host = await interrupted(STEPS, 'b');
    host.log.length = 0;
    const report = await resumed(host);
    expect(host.log).toEqual(['apply c', 'verify c', 'apply d', 'verify d']);
    expect(report.steps.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
  });

  test('does again what a reboot took away, as long as it has to last', async () => {
    const steps = [put('hold', 'held'), put('b', '2'), put('start', '3', { ends: ['hold'] })];
    const host = await interrupted(steps, 'b');
    delete host.values.hold;
    await resumed(host);
    expect(host.values).toEqual({ hold: 'held', b: '2', start: '3' });
    const back = await rollbackRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir });
    expect(back).toBeOk();
    expect(host.values).toEqual({});
  });

  test('does not hold again what was let go on purpose', async () => {
    const steps = [put('hold', 'held'), put('start', '3', { ends: ['hold'] }), put('after', '4')];
    const host = await interrupted(steps, 'start');
    host.values.hold = 'let go';
    await resumed(host);
    expect(host.values.hold).toBe('let go');
  });

  test('goes back when it fails, from the beginning of the whole run', async () => {
    const host = await interrupted(STEPS, 'b');
    const finalVerification: FinalVerification = () => errAsync({ code: 'POINT_1', message: 'not active' });
    const report = await resumed(host, { finalVerification });
    expect(report).toMatchObject({ failed: true, rolledBack: true, error: { error: { code: 'POINT_1' } } });
    expect(host.values).toEqual({});
  });
});

describe('resume is refused', () => {
  const code = async (host: FakeHost, more: Partial<ResumeRequest> = {}): Promise<string> =>
    resumeRun({ recipe: 'fake', registry: host.registry, stateDir: host.stateDir, ...more }).match(
      () => 'not refused',
      (error) => ('state' in error ? `${error.code} ${error.state}` : error.code),
    );

  test('when there is nothing to resume', async () => {
    expect(await code(new FakeHost(tempDir()))).toBe('NO_RUN none');
    expect(await code(await wholeRun(null))).toBe('NO_RUN applied');
    expect(await code(await wholeRun('verify:a'))).toBe('NO_RUN rolled-back');
  });

  test('on another machine, and without the kinds of the run', async () => {
    const host = await interrupted(STEPS, 'a');
    expect(await code(host, { host: { ...HOST, machineId: 'other' } })).toBe('OTHER_HOST');
    expect(await code(host, { registry: { get: () => undefined, kinds: [] } })).toBe('UNKNOWN_STEP_KIND');
  });
});
