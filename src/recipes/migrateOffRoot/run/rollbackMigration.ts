import type { ResultAsync } from 'neverthrow';
import type { ReadFileError } from '../../../posix/files/index.js';
import { currentHost, rollbackRun } from '../../engine/index.js';
import type { RollbackRefusal, RollbackReport, RollbackRequest } from '../../engine/index.js';
import { stepRegistry } from '../../steps/index.js';
import { RECIPE } from '../plan/planMigration.js';

/** What {@link rollbackMigration} needs. @inline */
export type RollbackMigrationRequest = Omit<RollbackRequest, 'recipe' | 'registry' | 'host'>;

/**
 * Undoes the last migration: units, dispatch, modes and owners as recorded, the state moved back with all that was written
 * in it since, and the services as they ran before. Runs of other recipes are not touched.
 *
 * It decides before its first change: where an edit made since would be lost, it refuses the whole, unless `force` is
 * given; then what would be lost is kept among the records of the run. `dryRun` only reports. Failures of single steps
 * are collected, and running it again continues.
 *
 * Errors: `NO_RUN`, `ROLLBACK_REFUSED`, `LOCKED`, and those of an untrusted or damaged journal.
 *
 * @example
 * ```ts
 * import { rollbackMigration } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const back = await rollbackMigration({ dryRun: true });
 * if (back.isErr()) console.error(back.error.code, back.error.message);
 * else console.log(back.value.toUndo, back.value.refusals);
 * ```
 */
export function rollbackMigration(
  request: RollbackMigrationRequest,
): ResultAsync<RollbackReport, RollbackRefusal | ReadFileError> {
  return currentHost().andThen((host) => rollbackRun({ ...request, recipe: RECIPE, registry: stepRegistry(), host }));
}
