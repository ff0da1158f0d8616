import { ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { guardValue, valuePlaces } from '../document/index.js';
import { replaceAssignment } from './replaceAssignment.js';
import type { Assignment, Edit, UnitDocument, UnitEditError } from '../document/index.js';

/** One piece of a value that gives way to another text; offsets are those of `slice` on the value. */
export interface Splice {
  readonly start: number;
  /** Equal to `start` for an insertion, which goes right behind what stands before it. */
  readonly end: number;
  readonly text: string;
}

/**
 * Changes pieces of a value where they stand, so that a value on several lines keeps them. A piece that itself lies on
 * several lines puts the whole value on one.
 *
 * The texts must be fit for any place of a line: nothing that makes a comment at its beginning, joins at its end.
 *
 * @param splices - in order, none of them at the very beginning of the value or overlapping another
 */
export function spliceValue(
  document: UnitDocument,
  assignment: Assignment,
  splices: readonly Splice[],
): Result<readonly Edit[], UnitEditError> {
  const { key, value, start, end } = assignment;
  let spliced = '';
  let done = 0;
  for (const splice of splices) {
    spliced += value.slice(done, splice.start) + splice.text;
    done = splice.end;
  }
  spliced += value.slice(done);
  return guardValue(key, spliced, end - start).andThen(() => {
    const placeOf = valuePlaces(document, assignment);
    const byte = (index: number): number => Buffer.byteLength(value.slice(0, index));
    const edits = splices.map((splice) => {
      const last = placeOf(byte(splice.end) - 1);
      const first = splice.start === splice.end ? { ...last, offset: last.offset + 1 } : placeOf(byte(splice.start));
      const replacement = Buffer.from(splice.text);
      return { edit: { start: first.offset, end: last.offset + 1, replacement }, together: first.line === last.line };
    });
    if (edits.every(({ together }) => together)) return ok(edits.map(({ edit }) => edit));
    return replaceAssignment(document, assignment, spliced);
  });
}
