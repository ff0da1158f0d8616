import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { LONG_LINE_MAX } from './physicalLines.js';
import type { UnitDocument } from './unitDocument.js';
import type { UnitEditError } from './unitEdit.js';

/** Refuses a document that systemd and an editor could read differently. */
export function guardEditable({ unsafe }: UnitDocument): Result<void, UnitEditError> {
  if (unsafe === null) return ok(undefined);
  const { line, message: reason } = unsafe;
  const message = `the unit file cannot be edited safely: line ${line} has ${reason}; repair that line by hand first`;
  return err({ code: 'UNIT_NOT_EDITABLE', message, line, reason });
}

/** Refuses section and key names that would be written but read back as something else. */
export function guardName(name: string): Result<void, UnitEditError> {
  if (/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) return ok(undefined);
  const shown = shortened(name);
  const message = `'${shown}' is not a valid section or key of a unit file; use letters, digits and '-', as in 'UMask'`;
  return err({ code: 'INVALID_UNIT_KEY', message, name: shown });
}

/**
 * Refuses values that a line of a unit file cannot hold.
 *
 * @param otherBytes - at least as many as will stand beside the value on its line
 */
export function guardValue(key: string, value: string, otherBytes: number): Result<void, UnitEditError> {
  const reason = unfitBecause(value, otherBytes);
  if (reason === null) return ok(undefined);
  return invalidValue(key, reason);
}

export function invalidValue(key: string, reason: string): Result<never, UnitEditError> {
  const shown = shortened(key);
  return err({
    code: 'INVALID_UNIT_VALUE',
    message: `the value for ${shown}= cannot be written: ${reason}`,
    key: shown,
    reason,
  });
}

function unfitBecause(value: string, otherBytes: number): string | null {
  // eslint-disable-next-line no-control-regex -- NUL ends a line for systemd
  if (/[\u0000\r\n]/.test(value)) return 'it contains a line break or NUL; a directive is one line';
  if (/^[ \t]|[ \t]$/.test(value))
    return 'it begins or ends with a blank, which systemd drops; quote it where the key allows';
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(value)) return 'it ends in a backslash, which would join the next line to it';
  if (/\p{Surrogate}|\p{Noncharacter_Code_Point}/u.test(value))
    return 'it contains a code point that systemd treats as invalid UTF-8';
  if (Buffer.byteLength(value) + otherBytes >= LONG_LINE_MAX)
    return 'it is longer than the limit for a line of a unit file (1 MiB)';
  return null;
}

function shortened(name: string): string {
  const shown = printablePath(name);
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}
