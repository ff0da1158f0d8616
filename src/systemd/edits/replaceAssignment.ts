import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { guardEditable, guardValue, linesOfAssignment, valuePlaces } from '../document/index.js';
import type { Assignment, AssignmentLine, Edit, UnitDocument, UnitEditError } from '../document/index.js';

/**
 * Gives one assignment another value and leaves its key, the blanks around `=`, its end-of-line and every comment as
 * they are. The same value again gives no edits.
 *
 * A value that goes on over several lines stays so when its words change one for one (`/root/x` to `/home/x`); any
 * other change puts the new value on one line, with the comments that stood inside it behind. What systemd makes of
 * the value is not checked.
 *
 * Errors: `UNIT_NOT_EDITABLE`, `INVALID_UNIT_VALUE`, `ASSIGNMENT_NOT_IN_DOCUMENT`.
 */
export function replaceAssignment(
  document: UnitDocument,
  assignment: Assignment,
  value: string,
): Result<readonly Edit[], UnitEditError> {
  return guardEditable(document)
    .andThen(() => guardMember(document, assignment))
    .andThen(() => guardValue(assignment.key, value, assignment.end - assignment.start))
    .map(() => {
      if (value === assignment.value) return [];
      const lines = linesOfAssignment(document, assignment);
      if (lines.length === 1 && lines[0]?.continued === false) {
        return [{ start: assignment.valueStart, end: assignment.valueEnd, replacement: Buffer.from(value) }];
      }
      return wordByWord(document, assignment, value) ?? onOneLine(document, lines, value);
    });
}

/** Refuses an assignment of another document, or of this one before an edit. */
export function guardMember(document: UnitDocument, assignment: Assignment): Result<void, UnitEditError> {
  const { section, key, line, start, end } = assignment;
  const known = document.assignments.some(
    (one) => one.start === start && one.end === end && one.key === key && one.value === assignment.value,
  );
  if (known) return ok(undefined);
  const message = `${key}= of line ${line} is not in this document; take it from the document that is edited`;
  return err({ code: 'ASSIGNMENT_NOT_IN_DOCUMENT', message, section, key, line });
}

/** Edits inside the lines as they stand, when only words differ and none of the new ones would be read differently. */
function wordByWord(document: UnitDocument, assignment: Assignment, value: string): readonly Edit[] | null {
  const before = assignment.value.split(/([ \t]+)/);
  const after = value.split(/([ \t]+)/);
  if (before.length !== after.length || before.includes('') || after.includes('')) return null;
  const edits: Edit[] = [];
  const placeOf = valuePlaces(document, assignment);
  let behind = 0;
  for (const [i, word] of before.entries()) {
    const { offset: start } = placeOf(behind);
    behind += Buffer.byteLength(word);
    const other = after[i] ?? '';
    if (word === other) continue;
    const isBlank = i % 2 === 1;
    // At the start of a line `#` and `;` make a comment, a BOM is dropped; before a line end `\` joins. Where the old
    // word began so, it does none of that.
    const harmless = !/^[#;\ufeff]/.test(other) || word.startsWith(other.charAt(0));
    if (isBlank || !harmless || other.endsWith('\\')) return null;
    edits.push({ start, end: start + Buffer.byteLength(word), replacement: Buffer.from(other) });
  }
  return edits;
}

/** Puts the value on the line of the `=` and takes the other lines away, comments excepted. */
function onOneLine(document: UnitDocument, lines: readonly AssignmentLine[], value: string): readonly Edit[] {
  const edits: Edit[] = [];
  let placed = false;
  let kept: AssignmentLine | null = null;
  for (const line of lines) {
    if (placed && line.kind === 'text') {
      edits.push({ start: line.start, end: line.end, replacement: Buffer.alloc(0) });
      continue;
    }
    kept = line;
    if (placed || line.kind !== 'text') continue;
    const equals = document.bytes.indexOf('=', line.start);
    if (equals === -1 || equals >= line.contentEnd) continue;
    let start = equals + 1;
    while (start < line.contentEnd && /[ \t]/.test(String.fromCharCode(document.bytes[start] ?? 0))) start += 1;
    edits.push({ start, end: line.contentEnd, replacement: Buffer.from(value) });
    placed = true;
  }
  // A file without a newline at its end stays one.
  const last = lines.at(-1);
  if (kept !== null && last !== undefined && last !== kept && last.end === last.contentEnd) {
    edits.push({ start: kept.contentEnd, end: kept.end, replacement: Buffer.alloc(0) });
  }
  return edits;
}
