import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { ReadFileError } from '../../../posix/files/index.js';
import { daemonReload } from '../../../systemd/manager/index.js';
import type { SystemdError } from '../../../systemd/manager/index.js';
import { currentHost, recoverRun } from '../../engine/index.js';
import type { RecoverRefusal, RecoverRequest, RecoveryReport } from '../../engine/index.js';
import { stepRegistry } from '../../steps/index.js';
import { RECIPE } from '../plan/planMigration.js';

/** What {@link recoverMigration} needs. @inline */
export type RecoverMigrationRequest = Omit<RecoverRequest, 'recipe' | 'registry' | 'host'>;

/**
 * What the safety unit runs at boot: after a migration that was cut off in its stop window, units and state are as they
 * were before it, and systemd is reloaded. Nothing is started.
 *
 * The migration stays interrupted, to be resumed or rolled back. Outside of the window nothing is done.
 *
 * Errors: those of {@link recoverRun}, `LOCKED` while a living process continues the run, and those of the reload.
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
  const recovered = await recoverRun({ ...request, recipe: RECIPE, registry: stepRegistry(), host: host.value });
  if (recovered.isErr()) return err(recovered.error);
  if (recovered.value.undone.length === 0) return ok(recovered.value);
  // systemd loaded the units before this ran, as they were on disk then.
  const reloaded = await daemonReload();
  return reloaded.isErr() ? err(reloaded.error) : ok(recovered.value);
}
