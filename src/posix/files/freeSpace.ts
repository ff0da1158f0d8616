import { statfs } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, printablePath } from '../paths/index.js';
import type { IoError } from '../paths/index.js';

/** What can still be written to a filesystem. */
export interface FreeSpace {
  /** For everyone: what is kept back for root is not counted. */
  readonly bytes: number;
  /** Files and directories that can still be made; null where the filesystem sets no such limit. */
  readonly inodes: number | null;
}

/** There is no such place, or the kernel did not say. */
export type FreeSpaceError =
  | { readonly code: 'RELATIVE_PATH'; readonly message: string; readonly path: string }
  | { readonly code: 'NOT_FOUND'; readonly message: string; readonly path: string }
  | IoError;

/**
 * Says how much room there is on the filesystem that holds this path (statfs(2)).
 *
 * It is the filesystem's own word of this instant: quotas of users and projects, other writers, and what a network or
 * thinly provisioned disk really has are not in it.
 *
 * Errors: {@link FreeSpaceError}.
 *
 * @param path - absolute; has to exist, so ask about the directory that something is to be made in
 *
 * @example
 * ```ts
 * import { freeSpace } from '@wca/runtime-sdk/posix';
 *
 * const space = await freeSpace('/home');
 * if (space.isErr()) console.error(space.error.code, space.error.message);
 * else console.log(space.value.bytes, space.value.inodes ?? 'no limit');
 * ```
 */
export function freeSpace(path: string): ResultAsync<FreeSpace, FreeSpaceError> {
  return new ResultAsync(look(path));
}

async function look(path: string): Promise<Result<FreeSpace, FreeSpaceError>> {
  const shown = printablePath(path);
  if (!path.startsWith('/')) {
    return err({ code: 'RELATIVE_PATH', message: `'${shown}' is not absolute; give the path from /`, path: shown });
  }
  try {
    const { bavail, bsize, files, ffree } = await statfs(path);
    // btrfs and others make inodes as they need them, and say 0 of 0.
    return ok({ bytes: bavail * bsize, inodes: files === 0 ? null : ffree });
  } catch (cause) {
    const error = ioError(cause, 'statfs', path);
    if (error.errno !== 'ENOENT') return err(error);
    return err({ code: 'NOT_FOUND', message: `${shown} does not exist`, path: shown });
  }
}
