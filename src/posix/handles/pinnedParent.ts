import { closeSync, constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attempt, changed, ioError, printablePath } from '../paths/index.js';
import type { ChangedMeanwhile, IoError } from '../paths/index.js';
import { openPath } from './openPath.js';
import type { LinkRefused, OpenPathOptions } from './openPath.js';
import { handlePath } from './pinned.js';

/** A path that does not name one entry of a directory: relative, or ending in `/`, `.` or `..`. */
export interface InvalidPath {
  readonly code: 'INVALID_PATH';
  readonly message: string;
  readonly path: string;
}

/** The way to a directory leads through a link that another account than root could have put there. */
export interface UnsafeLink {
  readonly code: 'UNSAFE_LINK';
  readonly message: string;
  readonly path: string;
  /** Where the link is. */
  readonly link: string;
}

/** Why the directory above a path was not reached; `CHANGED_MEANWHILE` where another one than expected is there. */
export type ParentError = InvalidPath | UnsafeLink | ChangedMeanwhile | IoError;

/**
 * A directory held open, and the name of one entry in it. Whatever is renamed or linked above meanwhile, `at` reaches
 * the same directory: /proc/self/fd gives what openat(2) would.
 */
export interface PinnedParent {
  readonly directory: FileHandle;
  /** The name of the entry. */
  readonly name: string;
  /** Path of the directory as given, for messages and for programs. */
  readonly path: string;
  /** st_ino of the directory, decimal. */
  readonly inode: string;
  /** The way to an entry of the pinned directory, by default the named one. */
  at(name?: string): string;
}

/** How the directory is reached. */
export interface ParentOptions extends OpenPathOptions {
  /**
   * st_ino, decimal, of the directory that was there when it was decided to act: another one is refused. The device
   * number is not compared: a reboot deals them anew, after which a run must still be resumed, and without a link
   * nobody but root can bring another filesystem in.
   */
  readonly within?: string | undefined;
}

/**
 * Opens the directory above `path`, runs `act` with it, and closes it however that went. Every writer, mover, remover
 * and mode change below a path that is given reaches its directory through here.
 *
 * A link on the way is followed only where nobody but root (or this process's own user) could have made or exchanged
 * it, as {@link openPath} tells; else `UNSAFE_LINK`. A directory another account may rename in leads on, and `within`
 * tells which one was meant.
 */
export async function withPinnedParent<T, E>(
  path: string,
  act: (parent: PinnedParent) => PromiseLike<Result<T, E>>,
  options: ParentOptions = {},
): Promise<Result<T, E | ParentError>> {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  if (!path.startsWith('/') || name === '' || name === '.' || name === '..' || path.includes('\0')) {
    const shown = printablePath(path);
    const message = `'${shown}' does not name a file; give an absolute path that ends in a name`;
    return err({ code: 'INVALID_PATH', message, path: shown });
  }
  const above = path.slice(0, slash) || '/';
  const opened = await openDirectory(above, options);
  if (opened.isErr()) return err(opened.error);
  const directory = opened.value;
  try {
    const stat = await attempt(() => directory.stat({ bigint: true }), 'fstat', above);
    if (stat.isErr()) return err(stat.error);
    const inode = String(stat.value.ino);
    if (options.within !== undefined && options.within !== inode)
      return err(changed(path, `another directory has taken the place of ${printablePath(above)}`));
    return await act({
      directory,
      name,
      path: above,
      inode,
      at: (entry = name) => `${handlePath(directory.fd)}/${entry}`,
    });
  } finally {
    await directory.close();
  }
}

/**
 * Makes one call on one entry through the handle of its directory, as {@link withPinnedParent} opens it: `call` gets the
 * way to the entry. A path that names no entry is `IO` with `EINVAL`.
 */
export function attemptAt<T>(
  path: string,
  syscall: string,
  call: (at: string) => Promise<T>,
  options: ParentOptions = {},
): ResultAsync<T, IoError> {
  const made = withPinnedParent<T, IoError>(path, (parent) => attempt(() => call(parent.at()), syscall, path), options);
  return new ResultAsync(made).mapErr((error) => {
    if (error.code === 'IO') return error;
    const code = error.code === 'INVALID_PATH' ? 'EINVAL' : 'EACCES';
    return { ...ioError({ code }, syscall, error.path), message: error.message };
  });
}

/** Opens a directory for use by handle and for fsync. */
async function openDirectory(
  path: string,
  options: OpenPathOptions,
): Promise<Result<FileHandle, IoError | UnsafeLink>> {
  // As the kernel has it for a path as a whole.
  if (Buffer.byteLength(path) >= PATH_MAX) return err(ioError({ code: 'ENAMETOOLONG' }, 'open', path));
  const pinned = openPath(path, options);
  if (pinned.isErr()) return err(pinned.error.code === 'IO' ? pinned.error : unsafe(path, pinned.error));
  try {
    const { O_RDONLY, O_DIRECTORY } = constants;
    return await attempt(() => open(handlePath(pinned.value), O_RDONLY | O_DIRECTORY), 'open', path);
  } finally {
    closeSync(pinned.value);
  }
}

const PATH_MAX = 4096;

function unsafe(path: string, { link, reason }: LinkRefused): UnsafeLink {
  const shown = printablePath(path);
  const message =
    `${shown} leads through the symbolic link ${link}, which is not followed because ${reason}; ` +
    'check where it leads, then replace it by a directory, or give the path behind it';
  return { code: 'UNSAFE_LINK', message, path: shown, link };
}

/**
 * Whether the way to a directory, as far as it exists, leads through no link that {@link withPinnedParent} does not follow.
 * Reads only.
 */
export function checkWay(directory: string): Result<void, UnsafeLink | IoError> {
  for (let path = directory; ; path = dirname(path)) {
    const opened = openPath(path);
    if (opened.isOk()) closeSync(opened.value);
    if (opened.isOk()) return ok(undefined);
    if (opened.error.code === 'LINK_REFUSED') return err(unsafe(path, opened.error));
    if (opened.error.errno !== 'ENOENT' || path === '/') return err(opened.error);
  }
}

/** What is at a path, and where. */
export interface Place {
  /** Null when nothing is there. */
  readonly stat: BigIntStats | null;
  /** {@link PinnedParent.inode}; null when the directory is not there. */
  readonly within: string | null;
}

/** Looks at an entry by the way on which it would be changed: what is refused here would be refused there. */
export function lookAt(path: string): ResultAsync<Place, ParentError> {
  const looked = withPinnedParent<Place, IoError>(path, async (parent) => {
    const stat = await lstatOrNull(parent.at(), path);
    return stat.map((found) => ({ stat: found, within: parent.inode }));
  });
  return new ResultAsync(looked).orElse((error) =>
    error.code === 'IO' && error.errno === 'ENOENT' ? ok({ stat: null, within: null }) : err(error),
  );
}

/** What the entry is, not following a link; null when it is not there. */
export async function lstatOrNull(path: string, shown: string): Promise<Result<BigIntStats | null, IoError>> {
  const stat = await attempt(() => lstat(path, { bigint: true }), 'lstat', shown);
  if (stat.isOk()) return ok(stat.value);
  return stat.error.errno === 'ENOENT' ? ok(null) : err(stat.error);
}

/** Whether two looks saw one inode. */
export function sameInode(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
