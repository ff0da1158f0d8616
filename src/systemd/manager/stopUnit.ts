import type { ResultAsync } from 'neverthrow';
import { runJob } from './runJob.js';
import type { JobOptions, UnitJobError } from './runJob.js';

/**
 * Stops a unit and ends when systemd has; one that is not active stays as it is.
 *
 * With `KillMode=process` or `none` children of the service may live on, and a timer, socket or path unit may start it
 * again at once: see `holdUnits`. A service that had to be killed is stopped as well.
 *
 * Errors: `UNIT_NOT_FOUND`, `UNIT_JOB_FAILED`, `PROGRAM_TIMEOUT` (the stop goes on), `SYSTEMCTL_FAILED` (not allowed),
 * and the others of `SystemdError`.
 *
 * @example
 * ```ts
 * import { stopUnit } from '@wca/runtime-sdk/systemd';
 *
 * const stopped = await stopUnit('kimaki.service');
 * if (stopped.isErr()) console.error(stopped.error.message);
 * ```
 */
export function stopUnit(unit: string, options: JobOptions = {}): ResultAsync<void, UnitJobError> {
  return runJob('stop', unit, options);
}
