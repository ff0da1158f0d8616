import { errAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { runJob } from './runJob.js';
import type { JobOptions, UnitJobError } from './runJob.js';

/** Why a unit was not reloaded. */
export type ReloadUnitError =
  | UnitJobError
  | {
      /** `UNIT_NOT_RELOADABLE`: it has no `ExecReload=`. `UNIT_NOT_ACTIVE`: it does not run. Nothing was done. */
      readonly code: 'UNIT_NOT_RELOADABLE' | 'UNIT_NOT_ACTIVE';
      readonly message: string;
      readonly unit: string;
    };

/**
 * Has a running unit read its own configuration again, by its `ExecReload=`, and ends when that has.
 *
 * The processes stay, and keep user, umask and environment: changes of the unit file need `daemonReload` and
 * `restartUnit`. An `ExecReload=` that only sends a signal says nothing about whether the service could take the new
 * configuration. What cannot be reloaded is never restarted instead.
 *
 * Errors: `UNIT_NOT_RELOADABLE` (no `ExecReload=`), `UNIT_NOT_ACTIVE`, `UNIT_JOB_FAILED` (the reload failed; the
 * service runs on), `UNIT_NOT_FOUND`, `UNIT_MASKED`, `PROGRAM_TIMEOUT`, and the others of `SystemdError`.
 *
 * Source: systemctl(1), reload; systemd.service(5), `ExecReload=`.
 *
 * @example
 * ```ts
 * import { reloadUnit } from '@wca/runtime-sdk/systemd';
 *
 * const reloaded = await reloadUnit('nginx.service');
 * if (reloaded.isErr()) console.error(reloaded.error.code, reloaded.error.message);
 * ```
 */
export function reloadUnit(unit: string, options: JobOptions = {}): ResultAsync<void, ReloadUnitError> {
  return runJob('reload', unit, options).orElse((error) => errAsync(refusal(error, unit)));
}

function refusal(error: UnitJobError, unit: string): ReloadUnitError {
  if (error.code !== 'UNIT_JOB_FAILED') return error;
  if (error.stderr.includes('Job type reload is not applicable')) {
    const message = `${unit} cannot be reloaded: it has no ExecReload=; restart it to have it read its configuration`;
    return { code: 'UNIT_NOT_RELOADABLE', message, unit };
  }
  if (error.stderr.includes('is not active, cannot reload')) {
    const message = `${unit} is not active, so there is nothing to reload; start it instead`;
    return { code: 'UNIT_NOT_ACTIVE', message, unit };
  }
  return error;
}
