import { ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { guardEditable, guardName, guardValue } from '../document/index.js';
import { insertAssignment } from './insertAssignment.js';
import { removeAssignment } from './removeAssignment.js';
import { replaceAssignment } from './replaceAssignment.js';
import type { Edit, UnitDocument, UnitEditError } from '../document/index.js';

/**
 * Makes this the key's only assignment in the section: the last one takes the value in place, all others go.
 *
 * A missing key is added at the end of the section's last occurrence, a missing section at the end of the file.
 * Comments, blank lines and everything else stay byte for byte. When the key is already so, there are no edits.
 * In a drop-in this also removes an empty assignment that resets what the unit file says (`ExecStart=`).
 *
 * Errors: `UNIT_NOT_EDITABLE`, `INVALID_UNIT_KEY`, `INVALID_UNIT_VALUE`.
 *
 * @param value - as it will stand in the file; nothing is quoted or escaped
 *
 * @example
 * ```ts
 * import { applyEdits, parseUnit, setDirective } from '@wca/runtime-sdk/systemd';
 *
 * const unit = parseUnit('[Service]\nUser=root\n');
 * const edits = setDirective(unit, 'Service', 'User', 'opencode');
 * if (edits.isErr()) console.error(edits.error.message);
 * else console.log(applyEdits(unit, edits.value).bytes.toString());
 * ```
 */
export function setDirective(
  document: UnitDocument,
  section: string,
  key: string,
  value: string,
): Result<readonly Edit[], UnitEditError> {
  return guardEditable(document)
    .andThen(() => guardName(section))
    .andThen(() => guardName(key))
    .andThen(() => guardValue(key, value, section.length + key.length + 1))
    .andThen(() => {
      const found = document.assignments.filter((one) => one.section === section && one.key === key);
      const last = found.pop();
      if (last === undefined) return ok([insertAssignment(document, section, key, value)]);
      const removed = found.flatMap((one) => removeAssignment(document, one));
      return replaceAssignment(document, last, value).map((replaced) => [...removed, ...replaced]);
    });
}
