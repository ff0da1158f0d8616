import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { withPinnedParent } from '../../posix/handles/index.js';
import type { InvalidPath } from '../../posix/handles/index.js';
import { ioError, printablePath } from '../../posix/paths/index.js';
import type { ChangedMeanwhile, IoError } from '../../posix/paths/index.js';

/** The mode is wrong, and setting it would change what other names of the same file give too. */
export interface HardLinked {
  readonly code: 'HARD_LINKED';
  readonly message: string;
  readonly path: string;
  /** How many names the file has. */
  readonly names: number;
}

/**
 * Gives a regular file exactly this mode, and only while it holds exactly these bytes; true when it had another mode.
 *
 * Judged and changed through one handle: neither a link put in its place nor a directory exchanged above it can turn
 * the change upon another file, and one with a second name is left alone.
 */
export function healMode(
  path: string,
  mode: number,
  bytes: Buffer,
): ResultAsync<boolean, IoError | InvalidPath | ChangedMeanwhile | HardLinked> {
  return new ResultAsync(
    withPinnedParent<boolean, IoError | ChangedMeanwhile | HardLinked>(path, (parent) =>
      change(parent.at(), path, mode, bytes),
    ),
  );
}

async function change(
  at: string,
  path: string,
  mode: number,
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
        const message = `${shown} was left alone: it was exchanged while it was looked at; look at it and try again`;
        return err({ code: 'CHANGED_MEANWHILE', message, path: shown });
      }
      const had = now.mode & 0o7777;
      if (had === mode) return ok(false);
      if (now.nlink > 1) {
        const message =
          `${shown} has mode ${octal(had)} instead of ${octal(mode)} and ${now.nlink} names (hard links), ` +
          `which would all get it; look for the others (find -samefile), then chmod it or make it a file of its own`;
        return err({ code: 'HARD_LINKED', message, path: shown, names: now.nlink });
      }
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

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
