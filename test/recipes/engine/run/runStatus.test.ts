import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, errAsync, okAsync } from 'neverthrow';
import { expect, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import { runStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import type { FinalVerification } from '../../../../src/recipes/engine/run/applySteps.js';
import type { RunStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

function status(host: FakeHost): Promise<RunStatus> {
  return runStatus({ recipe: 'fake', stateDir: host.stateDir }).match(
    (found) => found,
    (error) => {
      throw new Error(error.message);
    },
  );
}

test('is none on a host without a run', async () => {
  expect(await status(new FakeHost(tempDir()))).toEqual({ state: 'none' });
});

test('tells of an applied run what was done, when, and how it was proven', async () => {
  const host = new FakeHost(tempDir());
  const plan = await host.plan([put('a', '1')]);
  const finalVerification = () => okAsync({ points: 9 });
  const { registry, stateDir } = host;
  const applied = await applyPlan({ plan, registry, stateDir, finalVerification, options: { hold: 15 } });
  expect(applied).toBeOk();
  expect(await status(host)).toMatchObject({
    state: 'applied',
    direction: 'forward',
    runningPid: null,
    options: { hold: 15 },
    plan: { recipe: 'fake', digest: plan.digest },
    steps: [{ id: 'a', state: 'done' }],
    verification: { points: 9 },
    journal: host.journal,
  });
});

test('of a run that is going on names the process, of a dead one none', async () => {
  const host = new FakeHost(tempDir());
  const plan = await host.plan([put('a', '1')]);
  const controller = new AbortController();
  let during: RunStatus | undefined;
  const finalVerification: FinalVerification = () =>
    ResultAsync.fromSafePromise(status(host)).andThen((found) => {
      during = found;
      controller.abort();
      return errAsync({ code: 'ABORTED', message: 'told to stop' });
    });
  const { registry, stateDir } = host;
  const paused = await applyPlan({ plan, registry, stateDir, signal: controller.signal, finalVerification });
  expect(during).toMatchObject({ state: 'interrupted', runningPid: process.pid });
  expect(paused).toBeOk(expect.objectContaining({ interrupted: true }));
  expect(await status(host)).toMatchObject({ state: 'interrupted', runningPid: null });
});

test('never takes a run that ends while it looks for an interrupted one', async () => {
  const host = new FakeHost(tempDir());
  const { registry, stateDir } = host;
  const looks: Promise<RunStatus>[] = [];
  for (let n = 0; n < 20; n += 1) {
    let timer: NodeJS.Timeout | undefined;
    const finalVerification: FinalVerification = () => {
      // The run does not end before this look has its answer.
      const first = status(host);
      looks.push(first);
      timer = setInterval(() => looks.push(status(host)), 1);
      return ResultAsync.fromSafePromise(first.then(() => sleep(10, { points: n })));
    };
    const plan = await host.plan([put('a', String(n))]);
    expect(await applyPlan({ plan, registry, stateDir, finalVerification })).toBeOk();
    clearInterval(timer);
  }
  const seen = (await Promise.all(looks)).filter(({ state }) => state === 'interrupted');
  expect(seen.length).toBeGreaterThanOrEqual(20);
  for (const one of seen) expect(one).toMatchObject({ runningPid: process.pid });
});

test('of an incomplete rollback says what failed', async () => {
  const host = new FakeHost(tempDir());
  const { registry, stateDir } = host;
  const applied = await applyPlan({ plan: await host.plan([put('a', '1')]), registry, stateDir });
  expect(applied).toBeOk();
  host.failing.add('undo:a');
  expect(await rollbackRun({ recipe: 'fake', registry, stateDir })).toBeOk();
  expect(await status(host)).toMatchObject({
    state: 'interrupted',
    direction: 'back',
    rollback: { reason: 'requested', force: false },
    steps: [{ id: 'a', state: 'undo-failed', error: { code: 'FAKE' } }],
  });
});
