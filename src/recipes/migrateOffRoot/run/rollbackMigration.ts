import { ResultAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { ReadFileError } from '../../../posix/files/index.js';
import { DEFAULT_STATE_DIR, currentHost, rollbackRun, undoableRuns } from '../../engine/index.js';
import type { RollbackRefusal, RollbackReport, RollbackRequest } from '../../engine/index.js';
import { stepRegistry } from '../../steps/index.js';
import { RECIPE } from '../plan/planMigration.js';
import { agentsAgain } from './agentsAgain.js';
import type { AgentAgain } from './agentsAgain.js';
import { lastDowntime } from './lastDowntime.js';
import { readPlan } from './readPlan.js';

/** What {@link rollbackMigration} needs. @inline */
export type RollbackMigrationRequest = Omit<RollbackRequest, 'recipe' | 'registry' | 'host'>;

/** What a rollback of a migration tells besides. @inline */
interface AfterRollback {
  /** Each agent that ran before the migration, and whether it runs again as it did; empty unless this call undid all of it. */
  readonly agents: readonly AgentAgain[];
  /** How long the agent was down for it, in milliseconds, of several the longest; null where it was not stopped. */
  readonly downtimeMs: number | null;
}

/**
 * Undoes the last migration: units, dispatch, modes and owners as recorded, the state moved back with all that was written
 * in it since, and the services as they ran before. Runs of other recipes are not touched.
 *
 * It decides before its first change: where an edit made since would be lost, it refuses the whole, unless `force` is
 * given; then what would be lost is kept among the records of the run. `dryRun` only reports. Failures of single steps
 * are collected, and running it again continues. What ran before is waited for afterwards, for a minute at most, and the report
 * says whether it runs again as it did.
 *
 * Errors: `NO_RUN`, `ROLLBACK_REFUSED`, `LOCKED`, and those of an untrusted or damaged journal.
 *
 * @example
 * ```ts
 * import { rollbackMigration } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const back = await rollbackMigration({ dryRun: true });
 * if (back.isErr()) console.error(back.error.code, back.error.message);
 * else console.log(back.value.toUndo, back.value.refusals, back.value.agents);
 * ```
 */
export function rollbackMigration(
  request: RollbackMigrationRequest,
): ResultAsync<RollbackReport & AfterRollback, RollbackRefusal | ReadFileError> {
  return new ResultAsync(rollBack(request));
}

async function rollBack(
  request: RollbackMigrationRequest,
): Promise<Result<RollbackReport & AfterRollback, RollbackRefusal | ReadFileError>> {
  // A journal that cannot be read is the error of the rollback itself.
  const runs = (await undoableRuns(request.stateDir ?? DEFAULT_STATE_DIR, RECIPE)).unwrapOr([]);
  const back = await currentHost().andThen((host) =>
    rollbackRun({ ...request, recipe: RECIPE, registry: stepRegistry(), host }),
  );
  return back.asyncMap(async (report) => {
    const plan = runs.find(({ state }) => state.runId === report.runId)?.state.plan;
    const facts = plan === undefined ? null : readPlan(plan).unwrapOr(null);
    const isBack = report.outcome === 'rolled-back' && report.changed && facts !== null;
    if (!isBack) return { ...report, agents: [], downtimeMs: null };
    const { instances } = facts;
    const wasDown = report.toUndo.includes('stop');
    return {
      ...report,
      agents: await agentsAgain(instances, { signal: request.signal }),
      downtimeMs: wasDown ? await lastDowntime(instances.map(({ unit }) => unit.name)) : null,
    };
  });
}
