import { ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { guardEditable } from '../document/index.js';
import { liveVariables } from '../values/index.js';
import { removeAssignment } from './removeAssignment.js';
import { replaceAssignment } from './replaceAssignment.js';
import type { Assignment, Edit, UnitDocument, UnitEditError } from '../document/index.js';

/**
 * Removes every assignment of one environment variable that is in effect in `[Service]`.
 *
 * Other variables on its lines stay. A line left without any goes as a whole, since an empty `Environment=` would reset
 * the others. A variable that is not there gives no edits.
 *
 * It sees this file only: a drop-in, an `EnvironmentFile=` or the manager may still set the name.
 *
 * Errors: `UNIT_NOT_EDITABLE`.
 *
 * @example
 * ```ts
 * import { applyEdits, parseUnit, removeEnvironment } from '@wca/runtime-sdk/systemd';
 *
 * const unit = parseUnit('[Service]\nEnvironment=A=1 B=2\n');
 * const edits = removeEnvironment(unit, 'A');
 * if (edits.isErr()) console.error(edits.error.message);
 * else console.log(applyEdits(unit, edits.value).bytes.toString()); // [Service] Environment=B=2
 * ```
 */
export function removeEnvironment(document: UnitDocument, name: string): Result<readonly Edit[], UnitEditError> {
  return guardEditable(document).andThen(() => {
    const rest = new Map<Assignment, string>();
    // Backwards, so that the offsets of what is still to be cut stay right.
    for (const { assignment, variable } of liveVariables(document).toReversed()) {
      if (variable.name !== name) continue;
      const value = rest.get(assignment) ?? assignment.value;
      rest.set(
        assignment,
        `${value.slice(0, variable.start)}${value.slice(variable.end).replace(/^[ \t]+/, '')}`.replace(/[ \t]+$/, ''),
      );
    }
    let edits: Result<readonly Edit[], UnitEditError> = ok([]);
    for (const [assignment, value] of rest) {
      const more =
        value === '' ? ok(removeAssignment(document, assignment)) : replaceAssignment(document, assignment, value);
      edits = edits.andThen((done) => more.map((these) => [...done, ...these]));
    }
    return edits;
  });
}
