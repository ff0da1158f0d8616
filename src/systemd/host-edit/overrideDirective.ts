import { err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { addDirective, applyEdits, removeDirective, setDirective } from '../edits/index.js';
import { replacement } from './replacement.js';
import type { UnitDocument, UnitEditError, UnitSource } from '../document/index.js';

/** What other files say of the key stays in effect whatever this one says. */
export interface CannotOverride {
  readonly code: 'CANNOT_OVERRIDE';
  readonly message: string;
  readonly key: string;
  /** The files that set it. */
  readonly paths: readonly string[];
}

/**
 * Gives the drop-in in which this is the key's only assignment and takes the place of what earlier files say: where the
 * key is a list that others have added to, an empty assignment before it resets that.
 *
 * When it is so already, the document comes back as it is. A key that no assignment can reset (`After=`, conditions,
 * what a timer or socket listens to, `[Install]`) is refused when an earlier file sets it.
 *
 * Errors: `CANNOT_OVERRIDE`, and those of `setDirective`.
 *
 * @param earlier - the files that systemd reads before this one
 */
export function overrideDirective(
  document: UnitDocument,
  earlier: readonly UnitSource[],
  section: string,
  key: string,
  value: string,
): Result<UnitDocument, UnitEditError | CannotOverride> {
  const others = earlier.filter((source) => valuesIn(source.document, section, key).length > 0);
  const way = replacement(section, key);
  if (others.length === 0 || way === 'last' || value === '') {
    return setDirective(document, section, key, value).map((edits) => applyEdits(document, edits));
  }
  if (way === 'none') {
    const paths = others.map(({ path }) => path);
    const message = `${key}= is set in ${paths.join(', ')}, and a drop-in cannot reset it; edit that file, or add a value with ${section}.${key}+=`;
    return err({ code: 'CANNOT_OVERRIDE', message, key, paths });
  }
  const now = valuesIn(document, section, key);
  // Still goes through the guards, so that a file that must not be edited is refused all the same.
  const isSo = now.length === 2 && now[0] === '' && now[1] === value;
  if (isSo) return addDirective(document, section, key, value).map(() => document);
  return removeDirective(document, section, key)
    .map((edits) => applyEdits(document, edits))
    .andThen((bare) => addDirective(bare, section, key, '').map((edits) => applyEdits(bare, edits)))
    .andThen((reset) => addDirective(reset, section, key, value).map((edits) => applyEdits(reset, edits)));
}

function valuesIn({ assignments }: UnitDocument, section: string, key: string): readonly string[] {
  return assignments.filter((one) => one.section === section && one.key === key).map(({ value }) => value);
}
