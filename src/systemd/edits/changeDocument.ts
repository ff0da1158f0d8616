import type { Result } from 'neverthrow';
import { addDirective } from './addDirective.js';
import { applyEdits } from './applyEdits.js';
import { removeDirective } from './removeDirective.js';
import { removeEnvironment } from './removeEnvironment.js';
import { setDirective } from './setDirective.js';
import { setEnvironment } from './setEnvironment.js';
import type { UnitDocument, UnitEditError } from '../document/index.js';
import type { UnitKey } from './unitKey.js';

/**
 * One change of a unit, as data. `set` makes the value the key's only assignment (or the variable's value), `add`
 * appends an assignment, `remove` takes the lines away.
 */
export type UnitChange =
  | (UnitKey & { readonly kind: 'set'; readonly value: string })
  | { readonly kind: 'add'; readonly section: string; readonly key: string; readonly value: string }
  | (UnitKey & { readonly kind: 'remove' });

/**
 * Makes a change in one file, whatever other files say; a change that is made already gives the document as it is.
 *
 * Errors: those of `setDirective` and `setEnvironment`.
 */
export function changeDocument(document: UnitDocument, change: UnitChange): Result<UnitDocument, UnitEditError> {
  return editsOf(document, change).map((edits) => applyEdits(document, edits));
}

function editsOf(document: UnitDocument, change: UnitChange): ReturnType<typeof setDirective> {
  const { section, key } = change;
  if (change.kind === 'add') return addDirective(document, section, key, change.value);
  const { variable } = change;
  if (change.kind === 'set') {
    return variable === undefined
      ? setDirective(document, section, key, change.value)
      : setEnvironment(document, variable, change.value);
  }
  return variable === undefined ? removeDirective(document, section, key) : removeEnvironment(document, variable);
}
