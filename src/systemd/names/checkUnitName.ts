import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';

/** The name could not be one of a unit; it was not handed to any program. */
export interface InvalidUnitName {
  readonly code: 'INVALID_UNIT_NAME';
  readonly message: string;
  readonly unit: string;
}

const SUFFIX = /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;
/** The types whose names stand for a path, a place in a tree or a process: there are no instances of them. */
const INSTANCE_OF_NONE = /@.*\.(?:device|mount|automount|swap|slice|scope)$/;

/**
 * Accepts the full name of a unit, suffix included, and nothing that a path or a command line would read otherwise.
 *
 * Templates (`name@.service`) are names of unit files too. As systemd takes them, but for `..` and a leading dot, which
 * are refused here. It does not ask whether the unit exists.
 *
 * Source: `unit_name_is_valid()` and, for instances of mounts and the like, `unit_add_name()` in systemd.
 *
 * Errors: `INVALID_UNIT_NAME`.
 */
export function checkUnitName(name: string): Result<string, InvalidUnitName> {
  const valid = name.length <= 255 && /^[A-Za-z0-9:_\\-][A-Za-z0-9:_.\\@-]*$/.test(name) && !name.includes('..');
  if (valid && SUFFIX.test(name) && !INSTANCE_OF_NONE.test(name)) return ok(name);
  const shown = printablePath(name);
  const unit = shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
  const message = `'${unit}' is not a valid unit name; give it with its suffix and without a path, such as kimaki.service`;
  return err({ code: 'INVALID_UNIT_NAME', message, unit });
}
