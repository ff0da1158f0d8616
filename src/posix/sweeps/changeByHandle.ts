import { chmodSync, chownSync, fstatSync } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import { handlePath } from '../handles/index.js';
import type { Attributes, TreeChange } from '../handles/index.js';

/** What came of one change: made, or not made because the inode was no longer as it had been judged. */
export type Acted = 'changed' | 'changed-meanwhile';

/** What need not be asked again. */
export interface Known {
  /** `before` was read from this handle in this very instant. */
  readonly judged?: boolean;
  /** The filesystem does what it says it did; some of FUSE and of other systems say so and do nothing. */
  readonly truthful?: boolean;
}

const DENIALS = new Set(['EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Changes owner, group and mode of the inode that a handle pins. The only place where a sweep changes anything.
 *
 * The inode must still be as `change.before` says, with one name only unless it is a directory; afterwards it is looked
 * at again.
 * The mode is first narrowed to what it is to have before and after, then the owner changes, then the mode is set:
 * at no instant has an owner more than it had or is to have. Symbolic links have no mode. What is left of a failed
 * change is put back as far as it goes. Source of the order: systemd, src/tmpfiles/tmpfiles.c, `fd_set_perms`.
 */
export function changeByHandle(fd: number, change: TreeChange, known: Known = {}): Result<Acted, IoError> {
  const { before, after, type } = change;
  const path = handlePath(fd);
  const hasMode = type !== 'symlink';
  const narrowed = narrowedMode(before, after);
  let syscall = 'fstat';
  let mode = before.mode;
  const setMode = (wanted: number): void => {
    if (!hasMode || mode === wanted) return;
    syscall = 'chmod';
    chmodSync(path, wanted);
    mode = wanted;
  };
  try {
    if (known.judged !== true) {
      const now = fstatSync(fd);
      if (!hasAttributes(now, before, hasMode)) return ok('changed-meanwhile');
      if (now.nlink !== 1 && type !== 'directory') return ok('changed-meanwhile');
    }
    setMode(narrowed);
    if (before.uid !== after.uid || before.gid !== after.gid) {
      syscall = 'chown';
      chownSync(path, after.uid, after.gid);
    }
    setMode(after.mode);
    const done = known.truthful === true || hasAttributes(fstatSync(fd), after, hasMode);
    return ok(done ? 'changed' : 'changed-meanwhile');
  } catch (cause) {
    const error = ioError(cause, syscall, change.path);
    if (syscall === 'chown') restoreMode(path, mode, before.mode);
    return err(error);
  }
}

/** Whether the kernel refused this one inode. Anything else (EIO, EROFS, ENOSPC) would go on failing. */
export function isDenial(error: IoError): boolean {
  return DENIALS.has(error.errno);
}

/** The mode between the two: what it may have before and after. */
export function narrowedMode(before: Attributes, after: Attributes): number {
  return before.mode & after.mode;
}

/** Whether an inode has this owner, group and (unless it is a link) mode. */
export function hasAttributes(stat: Attributes, wanted: Attributes, hasMode: boolean): boolean {
  const modeFits = !hasMode || (stat.mode & 0o7777) === wanted.mode;
  return stat.uid === wanted.uid && stat.gid === wanted.gid && modeFits;
}

function restoreMode(path: string, mode: number, wanted: number): void {
  if (mode === wanted) return;
  try {
    chmodSync(path, wanted);
  } catch {
    // The failure that led here is the one to report; the record still holds the mode.
  }
}
