import { expect } from 'vitest';
import type { RecordBody } from '../../src/recipes/engine/journal/journalRecord.js';
import { ensureStateDir, nextRunId } from '../../src/recipes/engine/journal/runStore.js';
import type { Json } from '../../src/recipes/engine/plan/json.js';
import type { RecipeStep } from '../../src/recipes/engine/plan/step.js';
import { validateSteps } from '../../src/recipes/engine/plan/validateSteps.js';
import { RunSession } from '../../src/recipes/engine/run/runSession.js';
import type { SessionOptions } from '../../src/recipes/engine/run/runSession.js';
import type { FakeHost } from './fakeHost.js';

/** A run of these steps as it stands after these records, in this process. */
export async function begunRun(
  host: FakeHost,
  steps: readonly RecipeStep[],
  records: readonly RecordBody[] = [],
  { runOptions = null, ...more }: Partial<SessionOptions> & { readonly runOptions?: Json } = {},
): Promise<RunSession> {
  const plan = await host.plan(steps);
  const { stateDir, registry } = host;
  expect(await ensureStateDir(stateDir)).toBeOk();
  const options = { stateDir, steps: validateSteps(plan.steps, registry)._unsafeUnwrap(), ...more };
  const runId = (await nextRunId(stateDir, plan.recipe, new Date()))._unsafeUnwrap();
  const session = RunSession.begin(runId, plan, runOptions, options);
  for (const record of records) expect(await session.record(record)).toBeOk();
  return session;
}

/** The records of an act from its intent, `before` being what was there, to its verification. */
export function doneRecords(id: string, before: string | null = null): readonly RecordBody[] {
  return [
    intentRecord(id, before),
    { type: 'step-applied', id, durationMs: 1 },
    { type: 'step-verified', id, durationMs: 1 },
  ];
}

/** The record before an act. */
export function intentRecord(id: string, value: string | null = null): RecordBody {
  return { type: 'step-intended', id, before: { value } };
}
