import { linesOfAssignment } from '../document/index.js';
import type { Assignment, Edit, UnitDocument } from '../document/index.js';

/** Takes the lines of an assignment away; comments inside it and the blank line that ended it stay. */
export function removeAssignment(document: UnitDocument, assignment: Assignment): readonly Edit[] {
  return linesOfAssignment(document, assignment)
    .filter(({ kind }) => kind === 'text')
    .map(({ start, end }) => ({ start, end, replacement: Buffer.alloc(0) }));
}
