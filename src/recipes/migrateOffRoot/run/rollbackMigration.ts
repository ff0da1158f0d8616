import type { ResultAsync } from 'neverthrow';
import type { ReadFileError } from '../../../posix/files/index.js';
import { currentHost, rollbackRun } from '../../engine/index.js';
import type { RollbackRefusal, RollbackReport, RollbackRequest } from '../../engine/index.js';
import { migrationRegistry } from '../plan/registry.js';

/** What {@link rollbackMigration} needs. */
export type RollbackMigrationRequest = Omit<RollbackRequest, 'registry' | 'host'>;

/**
 * Takes the last migration back: units, dispatch, modes and owners as recorded, the state moved back with all
 * that was written in it since, and the services as they ran before.
 *
 * It decides before its first change: where something was edited since that would be lost, it refuses whole,
 * unless `force` is given; then what would be lost is kept among the records of the run. `dryRun` only tells.
 * Failures of single steps are collected, and running it again goes on.
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
  return currentHost().andThen((host) => rollbackRun({ ...request, registry: migrationRegistry(), host }));
}
