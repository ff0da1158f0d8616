import type { Result } from 'neverthrow';
import { guardEditable, guardName, guardValue, unitValues } from '../document/index.js';
import { insertAssignment } from './insertAssignment.js';
import type { Edit, UnitDocument, UnitEditError } from '../document/index.js';

/**
 * Adds one more assignment of a key behind all others, at the end of the section's last occurrence.
 *
 * A value that is in effect already (it stands in this file behind the last empty assignment) is not added again. A
 * missing section is added at the end of the file. Adding an empty value resets a list key.
 *
 * Errors: `UNIT_NOT_EDITABLE`, `INVALID_UNIT_KEY`, `INVALID_UNIT_VALUE`.
 *
 * @example
 * ```ts
 * import { addDirective, applyEdits, parseUnit } from '@wca/runtime-sdk/systemd';
 *
 * const unit = parseUnit('[Service]\nExecStartPre=/bin/a\n');
 * const edits = addDirective(unit, 'Service', 'ExecStartPre', '/bin/b');
 * if (edits.isErr()) console.error(edits.error.message);
 * else console.log(applyEdits(unit, edits.value).bytes.toString());
 * ```
 */
export function addDirective(
  document: UnitDocument,
  section: string,
  key: string,
  value: string,
): Result<readonly Edit[], UnitEditError> {
  return guardEditable(document)
    .andThen(() => guardName(section))
    .andThen(() => guardName(key))
    .andThen(() => guardValue(key, value, section.length + key.length + 1))
    .map(() => {
      const last = document.assignments.findLast((one) => one.section === section && one.key === key);
      const there = value === '' ? last?.value === '' : unitValues(document, section, key).includes(value);
      return there ? [] : [insertAssignment(document, section, key, value)];
    });
}
