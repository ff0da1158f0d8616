import type { ResultAsync } from 'neverthrow';
import { runJob } from './runJob.js';
import type { SystemdError } from './systemdError.js';

/**
 * Stops a unit and ends when systemd has; one that is not active stays as it is.
 *
 * With `KillMode=process` or `none` children of the service may live on, and a timer, socket or path unit may start it
 * again at once: see `holdUnits`.
 *
 * Errors: `UNIT_NOT_FOUND`, `SYSTEMCTL_FAILED`, and the others of `SystemdError`.
 *
 * @example
 * ```ts
 * import { stopUnit } from '@wca/runtime-sdk/systemd';
 *
 * const stopped = await stopUnit('kimaki.service');
 * if (stopped.isErr()) console.error(stopped.error.message);
 * ```
 */
export function stopUnit(unit: string): ResultAsync<void, SystemdError> {
  return runJob('stop', unit);
}
