import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { lstat, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { O_PATH, mountIdOf } from '../handles/index.js';
import { attempt, ioError, notAbsolute, printablePath } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import { estimateTree } from '../search/index.js';
import type { OwnershipError, OwnershipOptions, TreeSize } from '../search/index.js';

/** A copy would not fit on the filesystem it goes to. */
export interface NoSpace {
  readonly code: 'NO_SPACE';
  readonly message: string;
  /** The target. */
  readonly path: string;
  /** What has to be free there, in bytes and in inodes. */
  readonly needed: { readonly bytes: number; readonly inodes: number };
  /** What is free there. `inodes` is null where there is no limit. */
  readonly free: { readonly bytes: number; readonly inodes: number | null };
}

/** How to stop the measuring, and whom to tell how many entries were measured so far. */
export type MeasureOptions = Pick<OwnershipOptions, 'signal' | 'onProgress'>;

/** How a move is done, how large it is and whether it fits. */
export interface MoveEstimate {
  /** `rename`: the same inodes get another name, whatever the size. `copy`: everything is copied. */
  readonly method: 'rename' | 'copy';
  /** The nearest directory above the target that exists. */
  readonly place: string;
  readonly size: TreeSize;
  /** Why the copy does not fit; undefined when it does, and for every rename. */
  readonly noSpace: NoSpace | undefined;
  /** 0 for a rename; else a rough guess, at 80 MB and 2000 files a second with syncing and comparing. */
  readonly durationMs: number;
}

/**
 * Tells whether `moveTree` will rename or copy, how much there is to move, and whether a copy fits; reads only.
 *
 * A move is one rename when both directories are in one mount and on one filesystem. The device alone does not decide,
 * since a bind mount of it gives EXDEV, nor does the mount alone, since one may hold subvolumes. What else a filesystem
 * refuses to rename (project quotas) is not known here.
 *
 * A copy fits when the filesystem of the target has room for it and for 64 MiB and 100 inodes more, without what is
 * reserved for root, so that the copy does not stop everybody else. The copy is expected to take what the tree takes on
 * its own filesystem. What is written meanwhile, quotas and other filesystems mounted below are not counted.
 *
 * Errors: {@link OwnershipError}; `NOT_FOUND` when nothing is at `from`.
 *
 * Source: rename(2), EXDEV; statfs(2).
 *
 * @param from - absolute
 * @param to - absolute; need not exist
 */
export function estimateMove(
  from: string,
  to: string,
  options: MeasureOptions = {},
): ResultAsync<MoveEstimate, OwnershipError> {
  return new ResultAsync(estimate(from, to, options));
}

const BYTES_A_SECOND = 80_000_000;
const ENTRIES_A_SECOND = 2_000;

async function estimate(
  from: string,
  to: string,
  options: MeasureOptions,
): Promise<Result<MoveEstimate, OwnershipError>> {
  const way = await wayOf(from, to);
  if (way.isErr()) return err(way.error);
  const size = await copySize(from, from, options);
  if (size.isErr()) return err(size.error);
  const common = { ...way.value, size: size.value };
  if (common.method === 'rename') return ok({ ...common, noSpace: undefined, durationMs: 0 });
  const space = await copySpace(size.value, common.place, { from, to, reserve: 'keep' });
  if (space.isErr()) return err(space.error);
  const seconds = size.value.contentBytes / BYTES_A_SECOND + size.value.inodes / ENTRIES_A_SECOND;
  return ok({ ...common, noSpace: space.value, durationMs: Math.ceil(seconds) * 1000 });
}

/**
 * Makes sure that a move has the space it needs, as {@link estimateMove} says; what moves by a rename is not measured,
 * and nothing at `from` needs nothing.
 *
 * Errors: `NO_SPACE`, and those of {@link estimateMove}.
 */
export function checkMoveSpace(
  from: string,
  to: string,
  options: MeasureOptions = {},
): ResultAsync<void, NoSpace | OwnershipError> {
  return new ResultAsync(check(from, to, options));
}

async function check(
  from: string,
  to: string,
  options: MeasureOptions,
): Promise<Result<void, NoSpace | OwnershipError>> {
  if ((await lstat(from).catch(() => null)) === null) return ok(undefined);
  const way = await wayOf(from, to);
  if (way.isErr()) return err(way.error);
  if (way.value.method === 'rename') return ok(undefined);
  const size = await copySize(from, from, options);
  if (size.isErr()) return err(size.error);
  const space = await copySpace(size.value, way.value.place, { from, to, reserve: 'keep' });
  if (space.isErr()) return err(space.error);
  return space.value === undefined ? ok(undefined) : err(space.value);
}

async function wayOf(
  from: string,
  to: string,
): Promise<Result<Pick<MoveEstimate, 'method' | 'place'>, OwnershipError>> {
  for (const path of [from, to].filter((one) => !one.startsWith('/'))) return err(notAbsolute(path));
  const place = await nearestDirectory(dirname(to));
  if (place.isErr()) return err(place.error);
  const source = filesystemOf(dirname(from));
  if (source.isErr()) return err(source.error);
  const target = filesystemOf(place.value);
  return target.map((id) => ({ method: id === source.value ? 'rename' : 'copy', place: place.value }));
}

/** What a copy takes; a link is copied as the link it is. */
export async function copySize(
  path: string,
  shown: string,
  options: MeasureOptions,
): Promise<Result<TreeSize, OwnershipError>> {
  const there = await lstat(path).catch(() => null);
  if (there?.isSymbolicLink() === true) return ok({ allocatedBytes: 0, contentBytes: there.size, inodes: 1 });
  return estimateTree(path, options).mapErr((error) =>
    error.code === 'NOT_FOUND' ? { ...error, message: `${printablePath(shown)} does not exist` } : error,
  );
}

/** Left free besides what a copy takes: a full filesystem stops everybody else who writes to it. */
const MARGIN = { bytes: 64 * 1024 * 1024, inodes: 100 };

/**
 * Compares what a copy takes with what is free where it goes; undefined when it fits.
 *
 * @param place - a directory on the target's filesystem
 * @param how - the paths for the message; `reserve: 'use'` takes what is kept for root and the margin too, and leaves
 *   it to the copy where a filesystem tells no size
 */
export async function copySpace(
  size: TreeSize,
  place: string,
  how: { readonly from: string; readonly to: string; readonly reserve: 'keep' | 'use' },
): Promise<Result<NoSpace | undefined, IoError>> {
  const space = await attempt(() => statfs(place), 'statfs', place);
  if (space.isErr()) return err(space.error);
  const { blocks, bavail, bfree, bsize, files, ffree } = space.value;
  const keeps = how.reserve === 'keep';
  if (blocks === 0 && !keeps) return ok(undefined);
  const needed = {
    bytes: size.allocatedBytes + (keeps ? MARGIN.bytes : 0),
    inodes: size.inodes + (keeps ? MARGIN.inodes : 0),
  };
  // btrfs and others make inodes as they need them, and say 0 of 0.
  const free = { bytes: (keeps ? bavail : bfree) * bsize, inodes: files === 0 ? null : ffree };
  const fits = { bytes: needed.bytes <= free.bytes, inodes: needed.inodes <= (free.inodes ?? Infinity) };
  if (fits.bytes && fits.inodes) return ok(undefined);
  const unit = fits.bytes ? 'inodes' : 'bytes';
  const path = printablePath(how.to);
  const message =
    `${printablePath(how.from)} must be copied to the filesystem of ${path}, which has ${free[unit]} ${unit} free ` +
    `of the ${needed[unit]} it needs; free some space there, then run again`;
  return ok({ code: 'NO_SPACE', message, path, needed, free });
}

async function nearestDirectory(path: string): Promise<Result<string, IoError>> {
  const found = await attempt(() => stat(path), 'stat', path);
  if (found.isErr() && found.error.errno !== 'ENOENT' && found.error.errno !== 'ENOTDIR') return err(found.error);
  if (path === '/' || (found.isOk() && found.value.isDirectory())) return ok(path);
  return nearestDirectory(dirname(path));
}

/** The mount and the filesystem a directory is in. */
function filesystemOf(path: string): Result<string, IoError> {
  try {
    const fd = openSync(path, O_PATH | constants.O_DIRECTORY);
    try {
      return ok(`${mountIdOf(fd)} ${fstatSync(fd, { bigint: true }).dev}`);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    return err(ioError(cause, 'open', path));
  }
}
