import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { guardEditable, guardValue } from '../document/index.js';
import { insertAssignment } from './insertAssignment.js';
import { guardWord, isVariableName, liveVariables, requoted } from '../values/index.js';
import { spliceValue } from './spliceValue.js';
import type { Edit, UnitDocument, UnitEditError } from '../document/index.js';

/**
 * Gives one environment variable of `[Service]` this value, touching nothing but its own assignment.
 *
 * Of several assignments of the name the last one is changed, since it wins. Other variables on its line keep every
 * byte; lines before an `Environment=` that resets the list are dead and stay as they are. A missing variable is added
 * on a line of its own. Quotes are kept, and added where the value needs them. A variable that has the value already
 * gives no edits.
 *
 * It sees this file only: a drop-in or an `EnvironmentFile=` that sets the same name wins over it.
 *
 * Errors: `UNIT_NOT_EDITABLE`, `INVALID_UNIT_KEY` (the name), `INVALID_UNIT_VALUE`.
 *
 * @param value - plain text, not quoted. systemd expands specifiers in it: write `%%` for a percent sign.
 *
 * @example
 * ```ts
 * import { applyEdits, parseUnit, setEnvironment } from '@wca/runtime-sdk/systemd';
 *
 * const unit = parseUnit('[Service]\nEnvironment=HOME=/root LANG=C\n');
 * const edits = setEnvironment(unit, 'HOME', '/home/opencode');
 * if (edits.isErr()) console.error(edits.error.message);
 * else console.log(applyEdits(unit, edits.value).bytes.toString());
 * ```
 */
export function setEnvironment(
  document: UnitDocument,
  name: string,
  value: string,
): Result<readonly Edit[], UnitEditError> {
  return guardEditable(document)
    .andThen(() => guardVariable(name, value))
    .andThen(() => {
      const found = liveVariables(document).findLast((one) => one.variable.name === name);
      if (found === undefined) {
        const written = requoted(`${name}=${value}`, '');
        return guardValue('Environment', written, 64).map(() => [
          insertAssignment(document, 'Service', 'Environment', written),
        ]);
      }
      const { assignment, variable } = found;
      if (variable.value === value) return ok([]);
      const { start, end } = variable;
      const text = requoted(`${name}=${value}`, assignment.value.slice(start, end));
      return spliceValue(document, assignment, [{ start, end, text }]);
    });
}

function guardVariable(name: string, value: string): Result<void, UnitEditError> {
  if (!isVariableName(name)) {
    const message =
      'the name of an environment variable consists of letters, digits and underscores and does not begin with a digit';
    return err({ code: 'INVALID_UNIT_KEY', message, name: name.replace(/[^\w]/g, '?').slice(0, 80) });
  }
  return guardWord(name, value);
}
