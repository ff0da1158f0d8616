import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { liveVariables } from '../values/index.js';
import { sourcesOf } from '../load/index.js';
import type { UnitDocument } from '../document/index.js';
import type { UnitFiles } from '../load/index.js';
import { assigns, shownKey } from '../edits/index.js';
import type { UnitKey } from '../edits/index.js';

/** What a key shall end up with; a value of null: the file shall not assign it. */
export interface WantedValue extends UnitKey {
  readonly value: string | null;
}

/** A value that was written is not the one systemd would take. */
export interface EditDoesNotWin {
  readonly code: 'EDIT_DOES_NOT_WIN';
  readonly message: string;
  readonly path: string;
  readonly key: string;
  /** The file that wins, where it is another one. */
  readonly by: string | null;
}

/**
 * Proves by the files, read anew, that what was written into one of them takes effect: systemd reads that file for the
 * unit, its last assignment of each key is the wanted one, and no later file assigns the key.
 *
 * It is textual: whether systemd accepts the value is `verifyUnit`'s to ask, and an `EnvironmentFile=` still wins over
 * a variable. The value itself is not in the error, since it may be a secret.
 *
 * Errors: `EDIT_DOES_NOT_WIN`.
 *
 * @param files - found after the write
 * @param path - of the file that was written
 */
export function confirmEdit(
  files: UnitFiles,
  path: string,
  wanted: readonly WantedValue[],
): Result<void, EditDoesNotWin> {
  const sources = sourcesOf(files);
  const at = sources.findIndex((source) => source.path === path);
  const written = sources[at];
  for (const one of wanted) {
    const refuse = (reason: string, by: string | null): Result<never, EditDoesNotWin> => {
      const key = shownKey(one);
      const message = `${printablePath(path)} was written, but ${key} of ${files.id} does not take effect: ${reason}`;
      return err({ code: 'EDIT_DOES_NOT_WIN', message, path, key, by });
    };
    if (written === undefined) return refuse(hiddenBy(files, path), null);
    if (!holds(written.document, one)) return refuse('the last assignment in that file has another value', null);
    const later = sources.slice(at + 1).find(({ document }) => assigns(document, one));
    if (later !== undefined)
      return refuse(`${printablePath(later.path)} is read later and sets it as well`, later.path);
  }
  return ok(undefined);
}

function hiddenBy({ shadowed }: UnitFiles, path: string): string {
  const found = shadowed.find((one) => one.path === path);
  return found === undefined ? 'systemd does not read that file' : found.message;
}

function holds(document: UnitDocument, { section, key, variable, value }: WantedValue): boolean {
  if (variable !== undefined) {
    const live = liveVariables(document).findLast((one) => one.variable.name === variable);
    return (live?.variable.value ?? null) === value;
  }
  const last = document.assignments.findLast((one) => one.section === section && one.key === key);
  return (last?.value ?? null) === value;
}
