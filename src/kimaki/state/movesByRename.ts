import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { PathMove } from '../unit/index.js';
import { entryType } from './walkState.js';

/** How a move is done. */
export interface MoveWay {
  /** One rename, whatever the size; else everything is copied. */
  readonly isRename: boolean;
  /** The nearest directory above the target that is there. */
  readonly place: string;
}

/**
 * Tells whether a move is one rename: both directories are in one mount and on one filesystem.
 *
 * The device alone says too little, since a bind mount of it gives EXDEV all the same, and so does the mount alone, since
 * one may hold subvolumes. It does not know of what else a filesystem refuses to rename (project quotas).
 * Source: rename(2), EXDEV.
 *
 * Errors: `IO`.
 *
 * @param move - absolute paths; the target need not exist, its nearest directory counts
 *
 * @example
 * ```ts
 * import { movesByRename } from '@wca/runtime-sdk/kimaki';
 *
 * const way = await movesByRename({ from: '/root/.kimaki', to: '/home/opencode/.kimaki' });
 * if (way.isErr()) console.error(way.error.message);
 * else console.log(way.value.isRename ? 'a rename' : `a copy to ${way.value.place}`);
 * ```
 */
export function movesByRename(move: PathMove): ResultAsync<MoveWay, IoError> {
  return new ResultAsync(look(move));
}

async function look({ from, to }: PathMove): Promise<Result<MoveWay, IoError>> {
  const place = await nearest(dirname(to));
  if (place.isErr()) return err(place.error);
  const source = mountOf(dirname(from));
  if (source.isErr()) return err(source.error);
  const target = mountOf(place.value);
  return target.map((mount) => ({ isRename: mount === source.value, place: place.value }));
}

/** The nearest directory above that is there. */
async function nearest(path: string): Promise<Result<string, IoError>> {
  const type = await entryType(path);
  if (type.isErr()) return err(type.error);
  return type.value === 'directory' || path === '/' ? ok(path) : nearest(dirname(path));
}

function mountOf(path: string): Result<string, IoError> {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      const mount = /^mnt_id:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
      return ok(`${mount} ${fstatSync(fd, { bigint: true }).dev}`);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    return err(ioError(cause, 'open', path));
  }
}
