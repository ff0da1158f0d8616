import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { guardDirectory, guardKind, isOwnFragment, ownDirectory } from './editChoice.js';
import type { ChooseEditError, EditChoice } from './editChoice.js';
import { sourcesOf } from '../load/index.js';
import type { UnitFiles } from '../load/index.js';
import { assigns, shownKey } from '../edits/index.js';
import type { UnitKey } from '../edits/index.js';

/**
 * Chooses the file from which assignments of these keys are to be taken, or null where no file has any.
 *
 * They have to stand in one file alone, and that has to be the unit's own or a drop-in of its own, both in `/etc`: a
 * removal in one of several files would only bring to light what the others say.
 *
 * Errors: those of `chooseEditFile`, and `ASSIGNED_ELSEWHERE`.
 */
export function chooseRemovalFile(
  files: UnitFiles,
  keys: readonly UnitKey[],
): Result<EditChoice | null, ChooseEditError> {
  return guardKind(files).andThen((): Result<EditChoice | null, ChooseEditError> => {
    const setters = sourcesOf(files).filter(({ document }) => keys.some((key) => assigns(document, key)));
    const [only] = setters;
    if (only === undefined) return ok(null);
    const isOwn = only.role === 'fragment' ? isOwnFragment(files) : only.path.startsWith(`${ownDirectory(files)}/`);
    if (setters.length === 1 && isOwn) {
      return guardDirectory(files).map(() => ({ ...only, isNew: false, why: 'it alone sets this' }));
    }
    const paths = setters.map(({ path }) => path);
    const message = `${keys.map(shownKey).join(', ')} of ${files.id} cannot be removed: it is set in ${paths.join(', ')}. Set it to the wanted value instead`;
    return err({ code: 'ASSIGNED_ELSEWHERE', message, paths });
  });
}
