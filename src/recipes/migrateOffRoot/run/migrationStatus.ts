import type { ResultAsync } from 'neverthrow';
import { runStatus } from '../../engine/index.js';
import type { JournalError, RunStatus } from '../../engine/index.js';
import { RECIPE } from '../plan/planMigration.js';

/**
 * State of the latest migration of this host, from its journal; writes nothing and takes no lock. Runs of other recipes
 * are not looked at.
 *
 * Errors: `JOURNAL_CORRUPT`, `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `IO`.
 *
 * @example
 * ```ts
 * import { migrationStatus } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const status = await migrationStatus();
 * if (status.isErr()) console.error(status.error.code, status.error.message);
 * else console.log(status.value.state);
 * ```
 */
export function migrationStatus({ stateDir }: { readonly stateDir?: string } = {}): ResultAsync<
  RunStatus,
  JournalError
> {
  return runStatus({ recipe: RECIPE, ...(stateDir === undefined ? {} : { stateDir }) });
}
