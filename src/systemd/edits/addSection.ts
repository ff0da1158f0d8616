import type { Result } from 'neverthrow';
import { guardEditable, guardName } from '../document/index.js';
import { insertLines } from './insertAssignment.js';
import type { Edit, UnitDocument, UnitEditError } from '../document/index.js';

/**
 * Adds an empty section at the end of the file, behind a blank line; a section that is there gives no edits.
 *
 * `setDirective` and `addDirective` make the section they need by themselves. Whether systemd knows the section is not
 * checked: one it does not know is ignored with a warning, one that begins with `X-` without.
 *
 * Errors: `UNIT_NOT_EDITABLE`, `INVALID_UNIT_KEY`.
 */
export function addSection(document: UnitDocument, section: string): Result<readonly Edit[], UnitEditError> {
  return guardEditable(document)
    .andThen(() => guardName(section))
    .map(() =>
      document.sections.some(({ name }) => name === section)
        ? []
        : [insertLines(document, undefined, [`[${section}]`])],
    );
}
