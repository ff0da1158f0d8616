import type { ResultAsync } from 'neverthrow';
import { changeEnablement } from './changeEnablement.js';
import type { EnablementError } from './changeEnablement.js';

/**
 * Makes the links that the unit's `[Install]` section asks for, so that it starts at boot, and reads back that it is
 * enabled; one that is enabled stays as it is.
 *
 * It does not start the unit. What `Also=` names is enabled with it; where that is all, the unit itself is `indirect`. Of
 * a template its `DefaultInstance=` is enabled. systemd reads all unit files again. A unit without an `[Install]` section
 * is an error, although `systemctl enable` answers 0 for it.
 *
 * Errors: `UNIT_NOT_FOUND`, `UNIT_MASKED`, `UNIT_ENABLEMENT_DIFFERS` (with the state it has), `SYSTEMCTL_FAILED` (an
 * alias, a template without default instance), and the others of `SystemdError`.
 *
 * Source: systemctl(1), enable.
 *
 * @example
 * ```ts
 * import { enableUnit } from '@wca/runtime-sdk/systemd';
 *
 * const enabled = await enableUnit('kimaki.service');
 * if (enabled.isErr()) console.error(enabled.error.code, enabled.error.message);
 * ```
 */
export function enableUnit(unit: string): ResultAsync<void, EnablementError> {
  return changeEnablement('enable', unit);
}
