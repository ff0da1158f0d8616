import { realpath } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { byteString, ioError, isAtOrBelow, printablePath, toBytes } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import { readMounts } from './mountTable.js';

/** Something mounted at or below a path. @inline */
export interface MountWithin {
  /** Printable. */
  readonly mountPoint: string;
  readonly readOnly: boolean;
  /** `ext4`, `nfs4`, `fuse.sshfs` … */
  readonly type: string;
}

/**
 * Lists every mount at or below a path, bind mounts too, links in the path resolved; none for a path that is not there.
 *
 * rename(2) fails there with EXDEV or EBUSY, and st_dev does not tell a bind mount of the same filesystem (mount(2)). It
 * sees the mounts of this process's namespace, at this moment.
 *
 * @param path - absolute
 */
export function mountsWithin(path: string): ResultAsync<readonly MountWithin[], IoError> {
  return new ResultAsync(list(path));
}

async function list(path: string): Promise<Result<readonly MountWithin[], IoError>> {
  const real = await ResultAsync.fromPromise(realpath(path, 'buffer'), (cause) => ioError(cause, 'realpath', path));
  if (real.isErr()) return real.error.errno === 'ENOENT' ? ok([]) : err(real.error);
  const root = byteString(real.value);
  return readMounts().map((mounts) =>
    mounts
      .filter(({ mountPoint }) => isAtOrBelow(mountPoint, root))
      .map(({ mountPoint, readOnly, type }) => ({ mountPoint: printablePath(toBytes(mountPoint)), readOnly, type })),
  );
}
