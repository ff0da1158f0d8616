import { lstat } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { dirname } from 'node:path';
import { estimateTree, freeSpace, printablePath } from '../posix/index.js';
import type { StepFailure } from './step.js';

/** Left free besides what a copy takes: a filesystem that is filled to the brim stops everybody else. */
const MARGIN_BYTES = 64 * 1024 * 1024;
const MARGIN_INODES = 100;

/**
 * Whether a tree can be moved from one path to another as far as room goes: on one filesystem it is a rename, everywhere
 * else a copy first. `NO_SPACE` says what is lacking; nothing at `from` needs none.
 */
export function roomFor(from: string, to: string): ResultAsync<void, StepFailure> {
  return new ResultAsync(look(from, to));
}

async function look(from: string, to: string): Promise<Result<void, StepFailure>> {
  const target = await existing(dirname(to));
  const [source, there] = await Promise.all([from, target].map((path) => lstat(path).catch(() => null)));
  if (source === null || source === undefined || source.dev === there?.dev) return ok(undefined);
  const size = await estimateTree(from);
  if (size.isErr()) return err(size.error);
  const free = await freeSpace(target);
  if (free.isErr()) return err(free.error);
  const bytes = size.value.allocatedBytes + MARGIN_BYTES;
  const inodes = size.value.inodes + MARGIN_INODES;
  const where = `${printablePath(from)} goes to another filesystem, at ${printablePath(target)},`;
  const way = 'make room there and try again';
  if (free.value.bytes < bytes) return err({ code: 'NO_SPACE', message: `${where} which has ${free.value.bytes} bytes free of the ${bytes} it needs; ${way}` });
  if (free.value.inodes === null || free.value.inodes >= inodes) return ok(undefined);
  return err({ code: 'NO_SPACE', message: `${where} which has ${free.value.inodes} inodes free of the ${inodes} it needs; ${way}` });
}

/** The path, or what of the way to it exists. */
export async function existing(path: string): Promise<string> {
  for (let found = path; ; found = dirname(found)) {
    if (found === '/' || (await lstat(found).catch(() => null)) !== null) return found;
  }
}
