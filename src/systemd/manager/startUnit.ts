import type { ResultAsync } from 'neverthrow';
import { runJob } from './runJob.js';
import type { JobOptions, UnitJobError } from './runJob.js';

/**
 * Starts a unit and ends when systemd calls it started; one that is active stays as it is.
 *
 * For `Type=simple` that says nothing about health: systemd.service(5) calls the start a success even when the program
 * or the user is missing. A unit whose `Condition…=` does not hold is skipped, which is a success too. Use
 * `awaitHealthy` to know.
 *
 * Errors: `UNIT_JOB_FAILED` (with what the unit is now, its exit status explained, and the end of its journal),
 * `UNIT_NOT_FOUND`, `UNIT_MASKED`, `NOT_A_REGULAR_FILE` (an `EnvironmentFile=` or drop-in is a FIFO, at which systemd
 * itself would wait), `PROGRAM_TIMEOUT` (the start goes on), `SYSTEMCTL_FAILED` (not allowed), and the others of
 * `SystemdError`.
 *
 * @example
 * ```ts
 * import { startUnit } from '@wca/runtime-sdk/systemd';
 *
 * const started = await startUnit('kimaki.service');
 * if (started.isErr()) {
 *   console.error(started.error.message);
 *   if (started.error.code === 'UNIT_JOB_FAILED') console.error(started.error.journal);
 * }
 * ```
 */
export function startUnit(unit: string, options: JobOptions = {}): ResultAsync<void, UnitJobError> {
  return runJob('start', unit, options);
}
