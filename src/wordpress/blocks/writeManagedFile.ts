import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { withPinnedParent } from '../../posix/handles/index.js';
import type { ParentError } from '../../posix/handles/index.js';
import { attempt, ioError, octalMode, printablePath } from '../../posix/paths/index.js';
import { replaceFile } from '../../posix/files/index.js';
import type { Aborted, ChangedMeanwhile, IoError } from '../../posix/paths/index.js';
import type { ReadFileError, RegularFile, ReplaceFileError } from '../../posix/files/index.js';
import type { BlockError } from './block.js';
import { managedMode } from './managedMode.js';
import { lintPhp } from '../php/index.js';
import type { PhpLintError } from '../php/index.js';

/** What writing a block changed. @inline */
export interface BlockFileChange {
  /** The content of the file changed. */
  readonly changed: boolean;
  /** The file did not exist before. */
  readonly created: boolean;
  /** The content was correct already; only the mode was set. */
  readonly modeHealed: boolean;
}

/** The mode is wrong, but the file has further names (hard links), and chmod would change the mode of all of them. */
export interface HardLinked {
  readonly code: 'HARD_LINKED';
  readonly message: string;
  readonly path: string;
  /** How many names the file has. */
  readonly names: number;
}

/** Why a block was not written. The file is unchanged. */
export type BlockFileError =
  BlockError | PhpLintError | ReadFileError | ReplaceFileError | HardLinked | ParentError | Aborted;

/**
 * Writes the new content of a managed file; when the file has that content already, it only corrects the mode.
 *
 * @param file - the file as it was read; null when there is none
 */
export async function writeManagedFile(
  path: string,
  file: RegularFile | null,
  next: Buffer,
): Promise<Result<BlockFileChange, BlockFileError>> {
  if (file?.bytes.equals(next) === true) {
    const { bytes } = file;
    const healed = await withPinnedParent<boolean, IoError | ChangedMeanwhile | HardLinked>(path, (parent) =>
      healMode(parent.at(), path, bytes),
    );
    return healed.map((modeHealed) => ({ changed: false, created: false, modeHealed }));
  }
  // With an explicit owner the writer keeps it or fails. Without it, a caller who is not root would become the owner.
  const owner = file === null ? await newOwner(path) : ok({ uid: file.uid, gid: file.gid });
  if (owner.isErr()) return err(owner.error);
  const replaced = await replaceFile<PhpLintError>(path, next, {
    ...owner.value,
    mode: managedMode(file?.mode ?? 0),
    expect: file?.bytes ?? null,
    validate: (_temp, bytes) => lintPhp(bytes, { path }),
  });
  return replaced.map(({ created }) => ({ changed: true, created, modeHealed: false }));
}

/**
 * Sets the mode of the file while it still has exactly these bytes; true when the mode was another one.
 *
 * Check and change use one handle below the pinned parent, so a link put in the place of the file, or a directory
 * exchanged above it, cannot redirect the change to another file.
 *
 * @param at - the file below its pinned parent; `path` is for messages
 */
async function healMode(
  at: string,
  path: string,
  bytes: Buffer,
): Promise<Result<boolean, IoError | ChangedMeanwhile | HardLinked>> {
  const shown = printablePath(path);
  let syscall = 'open';
  try {
    const handle = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      syscall = 'fstat';
      const now = await handle.stat();
      syscall = 'read';
      if (!now.isFile() || now.size !== bytes.length || !(await handle.readFile()).equals(bytes)) {
        const message = `${shown} was replaced while it was read, so its mode was not changed; run the command again`;
        return err({ code: 'CHANGED_MEANWHILE', message, path: shown });
      }
      const had = now.mode & 0o7777;
      const wanted = managedMode(had);
      if (had === wanted) return ok(false);
      if (now.nlink > 1) {
        const message =
          `${shown} has mode ${octalMode(had)}, expected ${octalMode(wanted)}. It has ${now.nlink} names (hard links), ` +
          'and chmod would change all of them; find the others with find -samefile, then chmod the file or copy it';
        return err({ code: 'HARD_LINKED', message, path: shown, names: now.nlink });
      }
      syscall = 'fchmod';
      await handle.chmod(wanted);
      return ok(true);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return err(ioError(cause, syscall, path));
  }
}

/** A new file gets the owner of its directory, which must be the same one when it is made. Only root can set an owner. */
async function newOwner(
  path: string,
): Promise<Result<{ uid?: number; gid?: number; within?: string }, ReadFileError | ParentError>> {
  const looked = await withPinnedParent<{ uid: number; gid: number; within: string }, IoError>(path, (parent) =>
    attempt(() => parent.directory.stat(), 'fstat', parent.path).map(({ uid, gid }) => ({
      uid,
      gid,
      within: parent.inode,
    })),
  );
  if (looked.isOk()) return ok(process.geteuid?.() === 0 ? looked.value : { within: looked.value.within });
  const { error } = looked;
  if (error.code !== 'IO' || error.errno !== 'ENOENT') return err(error);
  const shown = error.path;
  return err({ code: 'NOT_FOUND', message: `the directory ${shown} does not exist; create it first`, path: shown });
}
