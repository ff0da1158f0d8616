import { isBlank, isComment, isContinued } from './physicalLines.js';
import type { PhysicalLine } from './physicalLines.js';
import type { Assignment, UnitDocument } from './unitDocument.js';

/** One line of the file that belongs to an assignment. Only for documents that are safe to edit. */
export interface AssignmentLine extends PhysicalLine {
  /** `text` carries the assignment; a `comment` inside it and the `blank` line that ends it are the reader's own. */
  readonly kind: 'text' | 'comment' | 'blank';
  /** Whether its content ends in the backslash that joins the next line. */
  readonly continued: boolean;
}

/** The lines an assignment stands on, one for most, with comments that lie inside a continuation. */
export function linesOfAssignment(document: UnitDocument, assignment: Assignment): readonly AssignmentLine[] {
  const text = document.bytes.toString('latin1', assignment.start, assignment.end);
  const lines: AssignmentLine[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline + 1;
    const contentEnd =
      newline === -1 ? end : text.charCodeAt(newline - 1) === 0x0d && newline > start ? newline - 1 : newline;
    const line = { start, contentEnd, end };
    lines.push({
      start: assignment.start + start,
      contentEnd: assignment.start + contentEnd,
      end: assignment.start + end,
      kind: isComment(text, line) ? 'comment' : isAllBlank(text, line) ? 'blank' : 'text',
      continued: isContinued(text, line),
    });
    start = end;
  }
  return lines;
}

function isAllBlank(text: string, { start, contentEnd }: PhysicalLine): boolean {
  for (let at = start; at < contentEnd; at += 1) if (!isBlank(text.charCodeAt(at))) return false;
  return true;
}
