import { unlink } from 'node:fs/promises';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changed, fileTypeOf, attempt, notFound } from '../paths/index.js';
import type { ChangedMeanwhile } from '../paths/index.js';
import { lstatOrNull, removeAbandoned, withPinnedParent } from '../handles/index.js';
import type { ParentError, PinnedParent } from '../handles/index.js';
import { notRegular, pinAndRead } from './readRegularFile.js';
import type { ReadFileError } from './readRegularFile.js';

/** Why a file was not removed. */
export type RemoveFileError = ChangedMeanwhile | ParentError | ReadFileError;

/**
 * Removes one regular file, durably: when it answers `Ok`, the name is gone from the disk too (fsync of the directory).
 *
 * With `expect`, only when the file holds exactly these bytes, so that what someone else wrote meanwhile stays. A link
 * at the path is refused. The bytes are compared just before the removal, not in one act with it. What a killed
 * `replaceFile` left beside the file goes with it.
 *
 * Errors: `NOT_FOUND` when nothing is there; `CHANGED_MEANWHILE`; `NOT_A_REGULAR_FILE`; `INVALID_PATH`;
 * `UNSAFE_LINK`; `IO`.
 *
 * @param options - `within`: inode number (decimal) of the directory that the path must still lie in; another one is
 *   `CHANGED_MEANWHILE`
 *
 * @example
 * ```ts
 * import { removeFile } from '@wca/runtime-sdk/posix';
 *
 * const removed = await removeFile('/etc/sudoers.d/backup', { expect: Buffer.from('…') });
 * if (removed.isErr()) console.error(removed.error.code, removed.error.message);
 * ```
 */
export function removeFile(
  path: string,
  options: { readonly expect?: Buffer; readonly within?: string | undefined } = {},
): ResultAsync<void, RemoveFileError> {
  const removing = withPinnedParent(path, (parent) => remove(parent, path, options.expect), {
    within: options.within,
  });
  // No directory above: then the file is not there either.
  return new ResultAsync(removing).mapErr((error) =>
    error.code === 'IO' && error.syscall === 'open' && error.errno === 'ENOENT' ? notFound(path) : error,
  );
}

async function remove(
  parent: PinnedParent,
  path: string,
  expect: Buffer | undefined,
): Promise<Result<void, RemoveFileError>> {
  const cleaned = await removeAbandoned(parent);
  if (cleaned.isErr()) return err(cleaned.error);
  const looked = await lstatOrNull(parent.at(), path);
  if (looked.isErr()) return err(looked.error);
  if (looked.value === null) return err(notFound(path));
  const found = fileTypeOf(Number(looked.value.mode));
  if (found !== 'file') return err(notRegular(path, found));
  if (expect !== undefined) {
    const read = await pinAndRead(parent.at(), path, { maxBytes: expect.length });
    if (read.isErr() && read.error.code !== 'FILE_TOO_LARGE') return err(read.error);
    if (read.isErr() || !read.value.bytes.equals(expect))
      return err(changed(path, 'its content differs from what was expected'));
  }
  const unlinked = await attempt(() => unlink(parent.at()), 'unlink', path);
  if (unlinked.isErr()) return err(unlinked.error.errno === 'ENOENT' ? notFound(path) : unlinked.error);
  return attempt(() => parent.directory.sync(), 'fsync', parent.path);
}
