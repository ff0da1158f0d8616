import type { ResultAsync } from 'neverthrow';
import { runJob } from './runJob.js';
import type { JobOptions, UnitJobError } from './runJob.js';

/**
 * Stops and starts a unit, and ends when systemd calls it started; one that was not active is started.
 *
 * Only a restart gives processes a changed user, umask or environment: a reload keeps what they have. As with
 * `startUnit`, success says nothing about health.
 *
 * Errors: those of `startUnit`. After `UNIT_JOB_FAILED` the unit has been stopped.
 *
 * @example
 * ```ts
 * import { restartUnit } from '@wca/runtime-sdk/systemd';
 *
 * const restarted = await restartUnit('php8.2-fpm.service');
 * if (restarted.isErr()) console.error(restarted.error.message);
 * ```
 */
export function restartUnit(unit: string, options: JobOptions = {}): ResultAsync<void, UnitJobError> {
  return runJob('restart', unit, options);
}
