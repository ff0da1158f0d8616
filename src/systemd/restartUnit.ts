import type { ResultAsync } from 'neverthrow';
import { runJob } from './runJob.js';
import type { SystemdError } from './systemdError.js';

/**
 * Stops and starts a unit, and ends when systemd calls it started; one that was not active is started.
 *
 * Only a restart gives processes a changed user, umask or environment: a reload keeps what they have. As with
 * `startUnit`, success says nothing about health.
 *
 * Errors: `UNIT_NOT_FOUND`, `UNIT_MASKED`, `SYSTEMCTL_FAILED`, and the others of `SystemdError`.
 *
 * @example
 * ```ts
 * import { restartUnit } from '@wca/runtime-sdk/systemd';
 *
 * const restarted = await restartUnit('php8.2-fpm.service');
 * if (restarted.isErr()) console.error(restarted.error.message);
 * ```
 */
export function restartUnit(unit: string): ResultAsync<void, SystemdError> {
  return runJob('restart', unit);
}
