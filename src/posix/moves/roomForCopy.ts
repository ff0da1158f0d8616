import { statfs } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { estimateTree } from '../search/index.js';
import { lstatOrNull } from '../handles/index.js';
import type { PinnedParent } from '../handles/index.js';
import { printablePath } from '../paths/index.js';

/** The copy would not fit; it was not begun. */
export interface NoSpace {
  readonly code: 'NO_SPACE';
  readonly message: string;
  /** The target. */
  readonly path: string;
  /** What the copy takes, and what the filesystem of the target has, in bytes and in inodes. */
  readonly needed: { readonly bytes: number; readonly inodes: number };
  /** `inodes` is null where there is no limit. */
  readonly free: { readonly bytes: number; readonly inodes: number | null };
}

/**
 * Refuses a copy for which the target's filesystem has too few bytes or inodes right now, the reserve for root included.
 * What the tree takes on its own filesystem is what it is expected to take on the other one. What cannot be estimated,
 * also where a filesystem does not tell its size, is left to the copy to find out.
 */
export async function roomForCopy(
  source: PinnedParent,
  target: PinnedParent,
  to: string,
  signal?: AbortSignal,
): Promise<Result<void, NoSpace>> {
  const there = await lstatOrNull(source.at(), source.path);
  // A link is moved as the link it is, whatever it leads to.
  if (there.isErr() || there.value === null || there.value.isSymbolicLink()) return ok(undefined);
  const size = await estimateTree(source.at(), signal === undefined ? {} : { signal });
  const space = await statfs(target.at('.')).catch(() => null);
  if (size.isErr() || space === null || space.blocks === 0) return ok(undefined);
  const needed = { bytes: size.value.allocatedBytes, inodes: size.value.inodes };
  const free = { bytes: space.bfree * space.bsize, inodes: space.files === 0 ? null : space.ffree };
  if (needed.bytes <= free.bytes && needed.inodes <= (free.inodes ?? Infinity)) return ok(undefined);
  const path = printablePath(to);
  const room = `${free.bytes} bytes` + (free.inodes === null ? '' : ` and ${free.inodes} inodes`);
  const message =
    `the copy needs ${needed.bytes} bytes and ${needed.inodes} inodes, but the filesystem of ${path} has ${room} left; ` +
    'make room there, then run again';
  return err({ code: 'NO_SPACE', message, path, needed, free });
}
