import { dirname } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { replaceFile } from '../../posix/files/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ReadFileError, RegularFile, ReplaceFileError } from '../../posix/files/index.js';
import type { BlockError } from './block.js';
import { fileStatus } from '../site/index.js';
import { healMode } from './healMode.js';
import type { HardLinked } from './healMode.js';
import { lintPhp } from '../php/index.js';
import type { PhpLintError } from '../php/index.js';

/** What came of writing a block. */
export interface BlockFileChange {
  /** The bytes of the file are others now. */
  readonly changed: boolean;
  /** The file was not there before. */
  readonly created: boolean;
  /** The bytes were right already and the mode was not. */
  readonly modeHealed: boolean;
}

/** Why a block was not written; the file is as it was. */
export type BlockFileError = BlockError | PhpLintError | ReadFileError | ReplaceFileError | HardLinked | IoError;

/** What php-fpm needs to read the file whatever umask the caller has, and nobody else to write it. */
const MANAGED_FILE_MODE = 0o644;

/** Writes the finished bytes of a managed file (null: there is none yet), or only mends its mode when they are there already. */
export async function writeManaged(
  path: string,
  file: RegularFile | null,
  next: Buffer,
): Promise<Result<BlockFileChange, BlockFileError>> {
  if (file?.bytes.equals(next) === true) {
    const healed = await healMode(path, MANAGED_FILE_MODE, file.bytes);
    return healed.map((modeHealed) => ({ changed: false, created: false, modeHealed }));
  }
  // Given by number, the owner is kept or the write is refused; who is not root could only make the file its own.
  const owner = file === null ? await newOwner(dirname(path)) : ok({ uid: file.uid, gid: file.gid });
  if (owner.isErr()) return err(owner.error);
  const replaced = await replaceFile<PhpLintError>(path, next, {
    ...owner.value,
    mode: MANAGED_FILE_MODE,
    expect: file?.bytes ?? null,
    validate: (temp) => lintPhp(temp).mapErr((error) => named(error, path)),
  });
  return replaced.map(({ created }) => ({ changed: true, created, modeHealed: false }));
}

/** A new file belongs to whom its directory belongs to; only root can give it away. */
async function newOwner(directory: string): Promise<Result<{ uid?: number; gid?: number }, ReadFileError>> {
  const parent = await fileStatus(directory);
  if (parent.isOk()) return ok(process.geteuid?.() === 0 ? { uid: parent.value.uid, gid: parent.value.gid } : {});
  if (parent.error.errno !== 'ENOENT') return err(parent.error);
  const shown = printablePath(directory);
  return err({ code: 'NOT_FOUND', message: `the directory ${shown} does not exist; make it first`, path: shown });
}

/** What is wrong is wrong in the file that would have been, not in a temporary one nobody ever sees. */
function named(error: PhpLintError, path: string): PhpLintError {
  if (error.code !== 'PHP_SYNTAX') return error;
  const shown = printablePath(path);
  return { ...error, message: error.message.replace(error.path, () => `${shown} with this change`), path: shown };
}
