import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changeDocument } from '../edits/index.js';
import type { UnitChange } from '../edits/index.js';
import { chooseEditFile } from './chooseEditFile.js';
import { chooseRemovalFile } from './chooseRemovalFile.js';
import type { WantedValue } from './confirmEdit.js';
import type { ChooseEditError, EditChoice } from './editChoice.js';
import { inEffect } from './inEffect.js';
import { overrideDirective } from './overrideDirective.js';
import type { CannotOverride } from './overrideDirective.js';
import { sourcesOf } from '../load/index.js';
import type { UnitDocument, UnitEditError, UnitSource } from '../document/index.js';
import type { UnitFiles } from '../load/index.js';

/** The one file an edit of a unit changes, and into what. */
export interface UnitEditPlan {
  readonly choice: EditChoice;
  /** What the file will hold; the same as now when everything is so already. */
  readonly document: UnitDocument;
  /** What `confirmEdit` has to find when it is written. */
  readonly wanted: readonly WantedValue[];
}

/** Why there is no such file, or why it cannot be changed so. */
export type PlanEditError = ChooseEditError | CannotOverride | UnitEditError;

/**
 * Plans changes of a unit so that they take effect: in the file that `chooseEditFile` names (for removals
 * `chooseRemovalFile`), as an override where that is a drop-in. Null when nothing has to be written.
 *
 * It is pure; all changes go into one file, and removals are not mixed with others. What is in effect already, whichever
 * file says it, needs no drop-in.
 *
 * Errors: {@link PlanEditError}.
 */
export function planUnitEdit(
  files: UnitFiles,
  changes: readonly UnitChange[],
): Result<UnitEditPlan | null, PlanEditError> {
  const removes = changes.length > 0 && changes.every(({ kind }) => kind === 'remove');
  const chosen = removes ? chooseRemovalFile(files, changes) : chooseEditFile(files, changes);
  if (chosen.isErr()) return err(chosen.error);
  const choice = chosen.value;
  if (choice === null) return ok(null);
  const due = choice.role === 'drop-in' ? changes.filter((change) => !inEffect(files, change)) : changes;
  if (due.length === 0) return ok(null);
  const earlier = sourcesOf(files).filter(({ path }) => path !== choice.path);
  let { document } = choice;
  const wanted: WantedValue[] = [];
  for (const change of due) {
    const changed = makeChange(document, change, choice, earlier);
    if (changed.isErr()) return err(changed.error);
    // What is added already may stand anywhere.
    const stays = change.kind === 'add' && changed.value === document;
    if (!stays) wanted.push({ ...change, value: change.kind === 'remove' ? null : change.value });
    document = changed.value;
  }
  return ok(document.bytes.equals(choice.document.bytes) && !choice.isNew ? null : { choice, document, wanted });
}

function makeChange(
  document: UnitDocument,
  change: UnitChange,
  choice: EditChoice,
  earlier: readonly UnitSource[],
): Result<UnitDocument, UnitEditError | CannotOverride> {
  const isOverride = change.kind === 'set' && change.variable === undefined && choice.role === 'drop-in';
  if (!isOverride) return changeDocument(document, change);
  return overrideDirective(document, earlier, change.section, change.key, change.value);
}
