import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { ReadFileError } from '../../../posix/files/index.js';
import { daemonReload } from '../../../systemd/manager/index.js';
import type { SystemdError } from '../../../systemd/manager/index.js';
import { currentHost, recoverRun } from '../../engine/index.js';
import type { RecoverRefusal, RecoverRequest, RecoveryReport } from '../../engine/index.js';
import { migrationRegistry } from '../plan/registry.js';

/** What {@link recoverMigration} needs. */
export type RecoverMigrationRequest = Omit<RecoverRequest, 'registry' | 'host'>;

/**
 * What the recovery unit runs at a boot: after a migration that was cut off in its stop window, units and state fit
 * together again as they did before, and systemd has read the units anew. Nothing is started.
 *
 * The migration stays interrupted, to be resumed or rolled back. Everywhere outside the window nothing is done.
 *
 * Errors: those of {@link recoverRun}, `LOCKED` while a living process carries the run on, and those of the reload.
 *
 * @example
 * ```ts
 * import { recoverMigration } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const recovered = await recoverMigration({});
 * if (recovered.isErr()) console.error(recovered.error.code, recovered.error.message);
 * else console.log(recovered.value.undone.length, recovered.value.undoErrors.length);
 * ```
 */
export function recoverMigration(
  request: RecoverMigrationRequest,
): ResultAsync<RecoveryReport, RecoverRefusal | ReadFileError | SystemdError> {
  return new ResultAsync(recover(request));
}

async function recover(
  request: RecoverMigrationRequest,
): Promise<Result<RecoveryReport, RecoverRefusal | ReadFileError | SystemdError>> {
  const host = await currentHost();
  if (host.isErr()) return err(host.error);
  const recovered = await recoverRun({ ...request, registry: migrationRegistry(), host: host.value });
  if (recovered.isErr()) return err(recovered.error);
  if (recovered.value.undone.length === 0) return ok(recovered.value);
  // The units were loaded before this ran, as they stood on disk then.
  const reloaded = await daemonReload();
  return reloaded.isErr() ? err(reloaded.error) : ok(recovered.value);
}
