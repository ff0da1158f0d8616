import { closeSync, fstatSync, openSync, readlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import {
  byteString,
  ioError,
  joinPath,
  notAbsolute,
  notFound,
  printablePath,
  printableText,
  relativePath,
  rethrowCallback,
  shownPath,
  toBytes,
} from '../paths/index.js';
import type { IoError, PathNotFound, RelativePath, TreeProgress } from '../paths/index.js';
import { O_PATH, handlePath, mountIdOf, mountPointsBelow, readMounts } from '../handles/index.js';
import type { ProgramError } from '../programs/index.js';
import type { FindQuery } from './streamFind.js';

/** How to look. @inline */
export interface OwnershipOptions {
  /** Also look into what is mounted below the root. */
  readonly crossMounts?: boolean;
  /** Paths, absolute or relative to the root, that are passed over with all below them. */
  readonly exclude?: readonly string[];
  readonly signal?: AbortSignal;
  /** Milliseconds; default one hour. */
  readonly timeoutMs?: number;
  /**
   * Told how many entries were found so far: at the first, then at most every 100 ms while more are found. What it
   * throws ends the search and is thrown to the caller.
   */
  readonly onProgress?: (progress: TreeProgress) => void;
}

/** Not everything below the root could be read. */
export interface QueryIncomplete {
  readonly code: 'QUERY_INCOMPLETE';
  readonly message: string;
  readonly path: string;
  /** What find(1) said, a line each. */
  readonly complaints: readonly string[];
}

/** There is no answer, or only part of one. */
export type OwnershipError = RelativePath | PathNotFound | QueryIncomplete | IoError | ProgramError;

/** The top of a tree that is only looked at. */
export interface SearchRoot {
  readonly stat: Stats;
  /** The whole path, in bytes, of one relative to the top. */
  readonly absolute: (relative: string) => Buffer;
  /** What every search below it has in common. */
  readonly base: Pick<FindQuery, 'directory' | 'prune' | 'timeoutMs' | 'signal'>;
  /** Passed over; absolute, for people. */
  readonly mountPoints: readonly string[];
}

const TIMEOUT_MS = 3_600_000;

/** Opens what is to be looked at (a link is followed), finds the mounts below it, and closes it after `act`. */
export async function withSearchRoot<T>(
  path: string,
  options: OwnershipOptions,
  act: (root: SearchRoot) => Promise<Result<T, OwnershipError>>,
): Promise<Result<T, OwnershipError>> {
  if (!path.startsWith('/')) return err(notAbsolute(path));
  let fd: number | null = null;
  try {
    fd = openSync(path, O_PATH);
    const root = rootAt(fd, path, options);
    return root.isErr() ? err(root.error) : await act(root.value);
  } catch (cause) {
    rethrowCallback(cause);
    const error = ioError(cause, 'open', path);
    return err(error.errno === 'ENOENT' ? notFound(path) : error);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** The error for a search that could not see everything, or null. */
export function incomplete(path: string, complaints: readonly string[]): QueryIncomplete | null {
  const [first] = complaints;
  if (first === undefined) return null;
  const shown = printablePath(path);
  const message = `not everything below ${shown} could be read: ${printableText(first)}`;
  return { code: 'QUERY_INCOMPLETE', message, path: shown, complaints };
}

function rootAt(fd: number, path: string, options: OwnershipOptions): Result<SearchRoot, OwnershipError> {
  const { crossMounts, exclude = [], signal, timeoutMs = TIMEOUT_MS } = options;
  const top = byteString(path).replace(/\/+$/, '') || '/';
  const absolute = (relative: string): string => (relative === '' ? top : joinPath(top, relative));
  const root = { path: top, realPath: readlinkSync(handlePath(fd), 'latin1') };
  const mounts = crossMounts === true ? ok([]) : readMounts();
  if (mounts.isErr()) return err(mounts.error);
  const mountPoints = mountPointsBelow(mounts.value, root.realPath, mountIdOf(fd));
  const excluded = exclude.flatMap((one) => relativePath(root, one));
  return ok({
    stat: fstatSync(fd),
    absolute: (relative) => toBytes(absolute(relative)),
    base: {
      directory: fd,
      prune: [...mountPoints, ...excluded],
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    },
    mountPoints: mountPoints.map((mount) => shownPath(absolute(mount))),
  });
}
