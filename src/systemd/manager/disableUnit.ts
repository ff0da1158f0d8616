import type { ResultAsync } from 'neverthrow';
import { changeEnablement } from './changeEnablement.js';
import type { EnablementError } from './changeEnablement.js';

/**
 * Removes all links in /etc that enable the unit, and reads back that it is not enabled; one that is not stays as it is.
 *
 * It does not stop the unit, and does not keep other units, timers or sockets from starting it: see `holdUnits`. A
 * linked unit (its file lies outside the search path) is unlinked, and systemd then no longer knows it. systemd reads
 * all unit files again.
 *
 * Errors: `UNIT_NOT_FOUND`, `UNIT_ENABLEMENT_DIFFERS` (enabled until the next boot, for example), and the others of
 * `SystemdError`.
 *
 * Source: systemctl(1), disable.
 *
 * @example
 * ```ts
 * import { disableUnit } from '@wca/runtime-sdk/systemd';
 *
 * const disabled = await disableUnit('kimaki.service');
 * if (disabled.isErr()) console.error(disabled.error.code, disabled.error.message);
 * ```
 */
export function disableUnit(unit: string): ResultAsync<void, EnablementError> {
  return changeEnablement('disable', unit);
}
