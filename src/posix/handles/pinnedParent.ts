import { closeSync, constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attempt, ioError, printablePath } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import { openPath } from './openPath.js';
import type { LinkOnTheWay } from './openPath.js';
import { handlePath } from './pinned.js';

/** A path that does not name one entry of a directory: relative, or ending in `/`, `.` or `..`. */
export interface InvalidPath {
  readonly code: 'INVALID_PATH';
  readonly message: string;
  readonly path: string;
}

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
  /** The way to an entry of the pinned directory, by default the named one. */
  at(name?: string): string;
}

/** How the way to the directory is gone. */
export interface ParentOptions {
  /** Whether the directory itself may be named by a link; links above are followed. Default `follow`. */
  readonly lastLink?: 'follow' | 'refuse';
}

/**
 * Opens the directory above `path`, runs `act` with it, and closes it however that went. Every writer, mover, remover
 * and mode change below a path that is given reaches its directory through here.
 *
 * Links on the way are followed as the kernel does with `fs.protected_symlinks=1`, whatever the setting is: not one in
 * a sticky directory open to all, unless it belongs to this process's user or to the owner of the directory.
 */
export async function withPinnedParent<T, E>(
  path: string,
  act: (parent: PinnedParent) => PromiseLike<Result<T, E>>,
  options: ParentOptions = {},
): Promise<Result<T, E | InvalidPath | IoError>> {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  if (!path.startsWith('/') || name === '' || name === '.' || name === '..' || path.includes('\0')) {
    const shown = printablePath(path);
    const message = `'${shown}' does not name a file; give an absolute path that ends in a name`;
    return err({ code: 'INVALID_PATH', message, path: shown });
  }
  const above = path.slice(0, slash) || '/';
  const opened = await openDirectory(above, options.lastLink === 'refuse');
  if (opened.isErr()) return err(opened.error);
  const directory = opened.value;
  try {
    return await act({
      directory,
      name,
      path: above,
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
  return new ResultAsync(made).mapErr((error) =>
    error.code === 'IO' ? error : { ...ioError({ code: 'EINVAL' }, syscall, path), message: error.message },
  );
}

/** Opens a directory for use by handle and for fsync. */
async function openDirectory(path: string, refusesLast: boolean): Promise<Result<FileHandle, IoError>> {
  // As the kernel has it for a path as a whole.
  if (Buffer.byteLength(path) >= PATH_MAX) return err(ioError({ code: 'ENAMETOOLONG' }, 'open', path));
  const pinned = openPath(path, (link) => mayFollow(link) && !(link.isLast && refusesLast));
  if (pinned.isErr()) return err(pinned.error.code === 'IO' ? pinned.error : refused(path, pinned.error.link));
  try {
    const { O_RDONLY, O_DIRECTORY } = constants;
    return await attempt(() => open(handlePath(pinned.value), O_RDONLY | O_DIRECTORY), 'open', path);
  } finally {
    closeSync(pinned.value);
  }
}

const PATH_MAX = 4096;

/** Source: `may_follow_link` of the kernel's fs/namei.c. */
function mayFollow({ link, directory }: LinkOnTheWay): boolean {
  const isOpenToAll = (directory.mode & 0o1002) === 0o1002;
  return !isOpenToAll || link.uid === process.geteuid?.() || link.uid === directory.uid;
}

function refused(path: string, link: string): IoError {
  const error = ioError({ code: 'EACCES' }, 'open', path);
  const message = `${error.path} leads through the symbolic link ${link}, which is not followed; give the path behind it`;
  return { ...error, message };
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
