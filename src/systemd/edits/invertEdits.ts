import { inOrder } from './applyEdits.js';
import type { Edit, UnitDocument } from '../document/index.js';

/**
 * Gives the edits that lead back: `applyEdits(applyEdits(document, edits), invertEdits(document, edits))` has the
 * bytes of `document` again.
 *
 * They fit the edited document only; what someone else changed in the file since is not known to them. They hold the
 * bytes that were replaced, secrets included.
 *
 * @example
 * ```ts
 * import { applyEdits, invertEdits, parseUnit, setDirective } from '@wca/runtime-sdk/systemd';
 *
 * const before = parseUnit('[Service]\nUser=root\n');
 * const edits = setDirective(before, 'Service', 'User', 'opencode');
 * if (edits.isErr()) {
 *   console.error(edits.error.message);
 * } else {
 *   const after = applyEdits(before, edits.value);
 *   console.log(applyEdits(after, invertEdits(before, edits.value)).bytes.equals(before.bytes)); // true
 * }
 * ```
 */
export function invertEdits(document: UnitDocument, edits: readonly Edit[]): readonly Edit[] {
  const inverted: Edit[] = [];
  let shift = 0;
  let done = 0;
  for (const edit of inOrder(edits)) {
    const start = Math.max(done, edit.start);
    const end = Math.max(start, edit.end);
    inverted.push({
      start: start + shift,
      end: start + shift + edit.replacement.length,
      replacement: document.bytes.subarray(start, end),
    });
    shift += edit.replacement.length - (end - start);
    done = end;
  }
  return inverted;
}
