import { linesOfAssignment } from './linesOfAssignment.js';
import type { Assignment, UnitDocument } from './unitDocument.js';

/** Where one byte of a value lies. */
export interface ValuePlace {
  /** In the file. */
  readonly offset: number;
  /** Which of the lines that hold some of the value it stands on, from 0; comments do not count. */
  readonly line: number;
}

/**
 * Gives the place of each byte of an assignment's value, counted as UTF-8: a value that goes on over lines lies in
 * pieces, and the blank that joins two of them is the backslash. Behind the last byte it gives the end of the value.
 */
export function valuePlaces(document: UnitDocument, assignment: Assignment): (byte: number) => ValuePlace {
  const { valueStart, valueEnd } = assignment;
  const pieces: { readonly first: number; readonly start: number; readonly end: number }[] = [];
  let first = 0;
  for (const { kind, start, contentEnd } of linesOfAssignment(document, assignment)) {
    if (kind === 'comment' || contentEnd <= valueStart) continue;
    const from = start <= valueStart ? valueStart : behindBom(document, start);
    pieces.push({ first, start: from, end: contentEnd });
    first += contentEnd - from;
  }
  return (byte) => {
    const line = pieces.findLastIndex((piece) => piece.first <= byte && piece.end > piece.start);
    const piece = pieces[line];
    if (piece === undefined) return { offset: valueEnd, line: 0 };
    return { offset: Math.min(piece.start + byte - piece.first, piece.end), line };
  };
}

function behindBom(document: UnitDocument, at: number): number {
  return document.bytes.toString('latin1', at, at + 3) === '\u00ef\u00bb\u00bf' ? at + 3 : at;
}
