import { lstat } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { dirname } from 'node:path';
import { movesByRename } from '../../../kimaki/state/index.js';
import { estimateTree } from '../../../posix/search/index.js';
import { freeSpace } from '../../../posix/files/index.js';
import { printablePath } from '../../../posix/paths/index.js';
import type { StepFailure } from '../../engine/index.js';

/** Left free besides what a copy takes: a filesystem that is filled to the brim stops everybody else. */
const MARGIN_BYTES = 64 * 1024 * 1024;
const MARGIN_INODES = 100;

/**
 * Whether a tree can be moved from one path to another as far as room goes: within one mount it is a rename, everywhere
 * else a copy first, through a bind mount of the same device too. `NO_SPACE` says what is lacking; nothing at `from` needs none.
 */
export function roomFor(from: string, to: string): ResultAsync<void, StepFailure> {
  return new ResultAsync(look(from, to));
}

async function look(from: string, to: string): Promise<Result<void, StepFailure>> {
  if ((await lstat(from).catch(() => null)) === null) return ok(undefined);
  const way = await movesByRename({ from, to });
  if (way.isErr()) return err(way.error);
  if (way.value.isRename) return ok(undefined);
  const target = way.value.place;
  const size = await estimateTree(from);
  if (size.isErr()) return err(size.error);
  const free = await freeSpace(target);
  if (free.isErr()) return err(free.error);
  const bytes = size.value.allocatedBytes + MARGIN_BYTES;
  const inodes = size.value.inodes + MARGIN_INODES;
  const where = `${printablePath(from)} has to be copied to ${printablePath(target)},`;
  const advice = 'make room there and try again';
  if (free.value.bytes < bytes)
    return err({
      code: 'NO_SPACE',
      message: `${where} which has ${free.value.bytes} bytes free of the ${bytes} it needs; ${advice}`,
    });
  if (free.value.inodes === null || free.value.inodes >= inodes) return ok(undefined);
  return err({
    code: 'NO_SPACE',
    message: `${where} which has ${free.value.inodes} inodes free of the ${inodes} it needs; ${advice}`,
  });
}

/** The path, or what of the way to it exists. */
export async function existing(path: string): Promise<string> {
  for (let found = path; ; found = dirname(found)) {
    if (found === '/' || (await lstat(found).catch(() => null)) !== null) return found;
  }
}
