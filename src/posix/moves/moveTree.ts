import { realpath, rename } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { ChangedMeanwhile } from '../paths/index.js';
import {
  byteString,
  ioError,
  isAtOrBelow,
  joinPath,
  printablePath,
  rethrowCallback,
  toBytes,
  attempt,
} from '../paths/index.js';
import { copyAcross } from './copyAcross.js';
import type { CopyDiffers, CopyOptions } from './copyAcross.js';
import { lstatOrNull, readMounts, withPinnedParent } from '../handles/index.js';
import { finishMove, leftoversOf, removeLeftovers } from './moveLeftovers.js';
import type { ParentError, PinnedParent } from '../handles/index.js';
import type { NoSpace } from './estimateMove.js';
import type { ProgramError } from '../programs/index.js';

/** Nothing is at the source. */
export interface SourceMissing {
  readonly code: 'SOURCE_MISSING';
  readonly message: string;
  readonly path: string;
}

/** Something is at the target. */
export interface TargetExists {
  readonly code: 'TARGET_EXISTS';
  readonly message: string;
  readonly path: string;
}

/** A filesystem is mounted at or below the source. */
export interface MountInside {
  readonly code: 'MOUNT_INSIDE';
  readonly message: string;
  readonly path: string;
  readonly mountPoint: string;
}

/** Why a tree was not moved; the source is whole and at its place in every case. */
export type MoveTreeError =
  SourceMissing | TargetExists | MountInside | NoSpace | CopyDiffers | ChangedMeanwhile | ParentError | ProgramError;

/** How a tree is moved. */
export interface MoveTreeOptions extends CopyOptions {
  /** Inode numbers (decimal) of the directories that the two paths must still lie in; another is `CHANGED_MEANWHILE`. */
  readonly within?: { readonly from: string; readonly to: string } | undefined;
}

/** How a tree came to its new place. @inline */
export interface TreeMove {
  /** `rename`: the same inodes under another name. `copy`: new ones on another filesystem, compared byte by byte. */
  readonly method: 'rename' | 'copy';
  /** What is left of the source under a hidden name because it could not be deleted (immutable files). */
  readonly leftBehind: string | undefined;
}

/**
 * Moves a file or a directory with all below it to a new name: at every instant, and after a kill, one of the two
 * names holds it whole.
 *
 * Where rename(2) works it is that, at once and for any size. On another filesystem, or through a bind mount, it is
 * copied into a private directory beside the target (`cp --archive`: owners, modes, ACLs, extended attributes, hard
 * links within the tree, holes, times), compared (types, modes, owners, contents), synced, renamed into place, and
 * only then the source is removed; a source that changes meanwhile is kept, and so is one that the copy does not
 * equal. A call that was killed is finished, or its remains removed, by the next call with the same arguments.
 *
 * Both directories above are held open throughout, links at the two paths and those above that another account could
 * have put there are not followed, and the directory above
 * the target has to exist. It does not stop who is using the files: make sure with `findHolders`. What appears at the
 * target in the instant of the rename is replaced if it is a file or an empty directory. A copy that does not fit
 * is not begun; a disk that fills up meanwhile is an error too and leaves everything as it was.
 *
 * Errors: `SOURCE_MISSING`, `TARGET_EXISTS`, `MOUNT_INSIDE` (something is mounted at or below the source), `NO_SPACE`,
 * `COPY_DIFFERS`, `CHANGED_MEANWHILE`, `INVALID_PATH`, `UNSAFE_LINK`, `IO`, and the `ProgramError` of cp.
 *
 * @example
 * ```ts
 * import { moveTree } from '@wca/runtime-sdk/posix';
 *
 * const moved = await moveTree('/root/.kimaki', '/home/opencode/.kimaki');
 * if (moved.isErr()) console.error(moved.error.code, moved.error.message);
 * else console.log(moved.value.method);
 * ```
 */
export function moveTree(
  from: string,
  to: string,
  options: MoveTreeOptions = {},
): ResultAsync<TreeMove, MoveTreeError> {
  const { within } = options;
  const into = (source: PinnedParent): Promise<Result<TreeMove, MoveTreeError>> =>
    withPinnedParent<TreeMove, MoveTreeError>(to, (target) => move(source, target, from, to, options), {
      within: within?.to,
    });
  const moving = withPinnedParent<TreeMove, MoveTreeError>(from, into, { within: within?.from });
  return new ResultAsync(
    moving.catch((cause: unknown) => {
      rethrowCallback(cause);
      return err(ioError(cause, 'rename', from));
    }),
  );
}

async function move(
  source: PinnedParent,
  target: PinnedParent,
  from: string,
  to: string,
  options: CopyOptions,
): Promise<Result<TreeMove, MoveTreeError>> {
  const looked = await lstatOrNull(source.at(), from);
  if (looked.isErr()) return err(looked.error);
  const there = await lstatOrNull(target.at(), to);
  if (there.isErr()) return err(there.error);
  const leftovers = await leftoversOf(source, target);
  if (leftovers.isErr()) return err(leftovers.error);

  if (looked.value === null && there.value === null) return err(missing(from));
  if (looked.value !== null) {
    const mounted = await mountInside(source, from);
    if (mounted.isErr()) return err(mounted.error);
  }
  if (there.value !== null) {
    if (leftovers.value.length === 0) return err(looked.value === null ? missing(from) : exists(to));
    const finished = await finishMove(source, target, looked.value !== null, from, to);
    if (finished.isErr()) return err(finished.error);
    return finished.value === null ? err(exists(to)) : ok({ method: 'copy', leftBehind: finished.value.leftBehind });
  }
  const cleaned = await removeLeftovers(leftovers.value);
  if (cleaned.isErr()) return err(cleaned.error);

  const renamed = await attempt(() => rename(source.at(), target.at()), 'rename', from);
  if (renamed.isErr()) {
    if (renamed.error.errno !== 'EXDEV') return err(renamed.error);
    const copied = await copyAcross(source, target, from, to, options);
    return copied.isErr() ? err(copied.error) : ok({ method: 'copy', leftBehind: copied.value.leftBehind });
  }
  // The new name first: a crash between the two shows the tree under both names rather than under none.
  for (const parent of [target, source]) {
    const synced = await attempt(() => parent.directory.sync(), 'fsync', parent.path);
    if (synced.isErr()) return err(synced.error);
  }
  return ok({ method: 'rename', leftBehind: undefined });
}

/** A mount would be moved along unseen (rename) or be copied and emptied (copy): neither is meant. */
async function mountInside(source: PinnedParent, from: string): Promise<Result<void, MoveTreeError>> {
  const above = await attempt(() => realpath(source.at('.'), 'buffer'), 'realpath', source.path);
  if (above.isErr()) return err(above.error);
  const root = joinPath(byteString(above.value), byteString(source.name));
  const mounts = readMounts();
  if (mounts.isErr()) return err(mounts.error);
  const inside = mounts.value.find((mount) => isAtOrBelow(mount.mountPoint, root));
  if (inside === undefined) return ok(undefined);
  const path = printablePath(from);
  const mountPoint = printablePath(toBytes(inside.mountPoint));
  const message = `${path} cannot be moved: a filesystem is mounted at ${mountPoint}; unmount it, then run again`;
  return err({ code: 'MOUNT_INSIDE', message, path, mountPoint });
}

function missing(from: string): SourceMissing {
  const path = printablePath(from);
  return { code: 'SOURCE_MISSING', message: `${path} does not exist; there is nothing to move`, path };
}

function exists(to: string): TargetExists {
  const path = printablePath(to);
  const message = `${path} exists already and is not overwritten; move it aside, then run again`;
  return { code: 'TARGET_EXISTS', message, path };
}
