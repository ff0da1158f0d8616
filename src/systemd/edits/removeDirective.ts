import type { Result } from 'neverthrow';
import { guardEditable } from '../document/index.js';
import { removeAssignment } from './removeAssignment.js';
import type { Edit, UnitDocument, UnitEditError } from '../document/index.js';

/**
 * Removes every assignment of a key from the section, in all its occurrences; none there gives no edits.
 *
 * Only the assignment's own lines go: comments, also those inside a continued value, blank lines and an emptied
 * section stay.
 *
 * Errors: `UNIT_NOT_EDITABLE`.
 *
 * @example
 * ```ts
 * import { parseUnit, removeDirective } from '@wca/runtime-sdk/systemd';
 *
 * const edits = removeDirective(parseUnit('[Service]\nGroup=root\n'), 'Service', 'Group');
 * if (edits.isErr()) console.error(edits.error.message);
 * else console.log(edits.value.length); // 1
 * ```
 */
export function removeDirective(
  document: UnitDocument,
  section: string,
  key: string,
): Result<readonly Edit[], UnitEditError> {
  return guardEditable(document).map(() =>
    document.assignments
      .filter((one) => one.section === section && one.key === key)
      .flatMap((one) => removeAssignment(document, one)),
  );
}
