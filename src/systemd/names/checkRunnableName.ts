import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkUnitName } from './checkUnitName.js';
import type { InvalidUnitName } from './checkUnitName.js';

/** As `checkUnitName`, and no template: what the manager is asked about must be a unit that could run. */
export function checkRunnableName(name: string): Result<string, InvalidUnitName> {
  return checkUnitName(name).andThen((unit): Result<string, InvalidUnitName> => {
    // The first @ counts, as in `unit_name_to_instance()` of systemd.
    const at = unit.indexOf('@');
    if (at === -1 || at !== unit.lastIndexOf('.') - 1) return ok(unit);
    const instance = unit.replace('@.', '@NAME.');
    const message = `'${unit}' is a template, which cannot run; name an instance, such as ${instance}`;
    return err({ code: 'INVALID_UNIT_NAME', message, unit });
  });
}
