import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { below } from '../load/index.js';
import type { UnitDocument, UnitSource } from '../document/index.js';
import type { UnitFiles } from '../load/index.js';
import { UNIT_TYPES } from '../names/index.js';

/** The file an edit belongs in. */
export interface EditChoice {
  readonly path: string;
  readonly role: UnitSource['role'];
  /** What it holds now; empty for one that is still to be made. */
  readonly document: UnitDocument;
  readonly isNew: boolean;
  /** Why this one, in words. */
  readonly why: string;
}

/** The unit has no file, or is masked. */
export interface UnitNotToEdit {
  readonly code: 'UNIT_NOT_FOUND' | 'UNIT_MASKED';
  readonly message: string;
  readonly unit: string;
}

/** Its file is written anew by a generator, or removed when the unit stops. */
export interface UnitNotLasting {
  readonly code: 'UNIT_NOT_LASTING';
  readonly message: string;
  readonly unit: string;
  readonly path: string;
}

/** What `UnitFiles.problems` says, the first of it. */
export interface UnitFilesUncertain {
  readonly code: 'UNIT_FILES_UNCERTAIN';
  readonly message: string;
  readonly path: string;
}

/** The directory for the drop-in is a link, and whoever owns its target would be edited too. */
export interface DropInDirectoryIsLink {
  readonly code: 'DROP_IN_DIRECTORY_IS_LINK';
  readonly message: string;
  readonly path: string;
}

/** No name in `/etc` sorts behind this drop-in, which sets one of the keys. */
export interface EditCannotWin {
  readonly code: 'EDIT_CANNOT_WIN';
  readonly message: string;
  readonly path: string;
}

/** The assignment is in a file that must not be edited, or in several files. */
export interface AssignedElsewhere {
  readonly code: 'ASSIGNED_ELSEWHERE';
  readonly message: string;
  readonly paths: readonly string[];
}

/** Why no file is right for the edit, and what to do instead. */
export type ChooseEditError =
  UnitNotToEdit | UnitNotLasting | UnitFilesUncertain | DropInDirectoryIsLink | EditCannotWin | AssignedElsewhere;

/** Refuses units whose files say that no edit would last, or whose files are not certain. */
export function guardKind(files: UnitFiles): Result<void, ChooseEditError> {
  const { id: unit, kind, path, problems } = files;
  const [problem] = problems;
  if (problem !== undefined) {
    return err({
      code: 'UNIT_FILES_UNCERTAIN',
      message: `${unit} is not edited: ${problem.message}`,
      path: problem.path,
    });
  }
  if (kind === 'not-found') {
    const type = unit.slice(unit.lastIndexOf('.') + 1);
    if (UNIT_TYPES.get(type)?.withoutFile === true) return ok(undefined);
    return err({
      code: 'UNIT_NOT_FOUND',
      message: `${unit} has no unit file to edit; check the name with: systemctl list-unit-files`,
      unit,
    });
  }
  if (kind === 'masked') {
    const message = `${unit} is masked by ${path ?? 'its file'}; unmask it first (systemctl unmask ${unit})`;
    return err({ code: 'UNIT_MASKED', message, unit });
  }
  if (kind === 'generated' || kind === 'transient') {
    const file = path ?? '';
    const message =
      kind === 'generated'
        ? `${file} is written by a generator at each daemon-reload; edit its source (see SourcePath= in the file)`
        : `${unit} was created by a running program and is removed when it stops; change the program that starts it`;
    return err({ code: 'UNIT_NOT_LASTING', message, unit, path: file });
  }
  return ok(undefined);
}

/** A plain file in `/etc/systemd/system` that is this unit's, not its template's. */
export function isOwnFragment(files: UnitFiles): files is UnitFiles & { readonly fragment: UnitSource } {
  return files.kind === 'own' && files.fragment !== null && files.instanceOf === null;
}

/** Where drop-ins of ours belong. */
export function ownDirectory({ root, id }: UnitFiles): string {
  return below(root, `/etc/systemd/system/${id}.d`);
}

/** The directory for our drop-ins, there or not, which may not be a link or lie behind one. */
export function guardDirectory(files: UnitFiles): Result<string, ChooseEditError> {
  const path = ownDirectory(files);
  const found = files.dropInDirectories.find((one) => one.path === path);
  const isUnfollowed = files.shadowed.some((one) => one.path === path);
  if (!isUnfollowed && (found === undefined || found.realPath === path)) return ok(path);
  const leads = isUnfollowed ? 'a link that systemd does not follow' : `a link to ${found?.realPath ?? ''}`;
  const message = `${printablePath(path)} is ${leads}; replace it with a directory`;
  return err({ code: 'DROP_IN_DIRECTORY_IS_LINK', message, path });
}
