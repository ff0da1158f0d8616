import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attempt, printablePath } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
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

/** Opens the directory above `path`, runs `act` with it, and closes it however that went. */
export function withPinnedParent<T, E>(
  path: string,
  act: (parent: PinnedParent) => Promise<Result<T, E>>,
): Promise<Result<T, E | InvalidPath | IoError>> {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  if (!path.startsWith('/') || name === '' || name === '.' || name === '..' || path.includes('\0')) {
    const shown = printablePath(path);
    const message = `'${shown}' is not the absolute path of a file; give one from / that ends in a name`;
    return Promise.resolve(err({ code: 'INVALID_PATH', message, path: shown }));
  }
  const above = path.slice(0, slash) || '/';
  return withDirectory(above, (directory) =>
    act({ directory, name, path: above, at: (entry = name) => `${handlePath(directory.fd)}/${entry}` }),
  );
}

/** Opens a directory for use by handle and for fsync, and closes it after `act`. */
export async function withDirectory<T, E>(
  path: string,
  act: (directory: FileHandle) => Promise<Result<T, E>>,
  flags = 0,
): Promise<Result<T, E | IoError>> {
  const { O_RDONLY, O_DIRECTORY } = constants;
  const opened = await attempt(() => open(path, O_RDONLY | O_DIRECTORY | flags), 'open', path);
  if (opened.isErr()) return err(opened.error);
  try {
    return await act(opened.value);
  } finally {
    await opened.value.close();
  }
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
