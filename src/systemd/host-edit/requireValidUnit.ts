import type { ResultAsync } from 'neverthrow';
import { errAsync, okAsync } from 'neverthrow';
import { verifyUnit } from './verifyUnit.js';
import type { VerifyUnitError, VerifyUnitOptions } from './verifyUnit.js';

/** systemd reports problems in the changed file that it does not report in the present one. */
export interface UnitNotValid {
  readonly code: 'UNIT_NOT_VALID';
  /** Its complaints are the lines after the first. */
  readonly message: string;
  readonly complaints: readonly string[];
}

/**
 * Makes sure that systemd reports no new problem in a changed unit file or drop-in; see `verifyUnit`.
 *
 * Errors: `UNIT_NOT_VALID`, and those of `verifyUnit`.
 */
export function requireValidUnit(
  name: string,
  bytes: Uint8Array,
  options: VerifyUnitOptions = {},
): ResultAsync<void, UnitNotValid | VerifyUnitError> {
  return verifyUnit(name, bytes, options).andThen(({ complaints }): ResultAsync<void, UnitNotValid> => {
    if (complaints.length === 0) return okAsync(undefined);
    const message = ['systemd reports problems in the changed file; nothing was written', ...complaints].join('\n');
    return errAsync({ code: 'UNIT_NOT_VALID', message, complaints });
  });
}
