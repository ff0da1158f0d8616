import type { ResultAsync } from 'neverthrow';
import { runJob } from './runJob.js';
import type { SystemdError } from './systemdError.js';

/**
 * Starts a unit and ends when systemd calls it started; one that is active stays as it is.
 *
 * For `Type=simple` that says nothing about health: systemd.service(5) calls the start a success even when the program
 * or the user is missing. Use `awaitHealthy` to know.
 *
 * Errors: `UNIT_NOT_FOUND`, `UNIT_MASKED`, `SYSTEMCTL_FAILED` (the start failed), and the others of `SystemdError`.
 *
 * @example
 * ```ts
 * import { startUnit } from '@wca/runtime-sdk/systemd';
 *
 * const started = await startUnit('kimaki.service');
 * if (started.isErr()) console.error(started.error.message);
 * ```
 */
export function startUnit(unit: string): ResultAsync<void, SystemdError> {
  return runJob('start', unit);
}
