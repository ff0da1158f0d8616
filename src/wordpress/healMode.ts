import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../posix/index.js';
import type { IoError } from '../posix/index.js';

/** Gives a regular file exactly this mode through a handle, never through a link; true when it had another one. */
export function healMode(path: string, mode: number): ResultAsync<boolean, IoError> {
  return new ResultAsync(change(path, mode));
}

async function change(path: string, mode: number): Promise<Result<boolean, IoError>> {
  let syscall = 'open';
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      syscall = 'fstat';
      const now = await handle.stat();
      if (!now.isFile() || (now.mode & 0o7777) === mode) return ok(false);
      syscall = 'fchmod';
      await handle.chmod(mode);
      return ok(true);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return err(ioError(cause, syscall, path));
  }
}
