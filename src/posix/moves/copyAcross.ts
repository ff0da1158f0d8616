import { rename, rmdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changed, guarded, printablePath, toBytes, attempt } from '../paths/index.js';
import type { ChangedMeanwhile, IoError, TreeProgress } from '../paths/index.js';
import { inheritedPath, lstatOrNull } from '../handles/index.js';
import type { PinnedParent } from '../handles/index.js';
import { makePrivate, removePrivate } from './privateDirectory.js';
import { retire } from './retireSource.js';
import { copySize, copySpace } from './estimateMove.js';
import type { NoSpace } from './estimateMove.js';
import { runChecked } from '../programs/index.js';
import type { ProgramError } from '../programs/index.js';
import { firstDifference, treeStamp } from './treeDigest.js';

/** The copy differs from the source and was removed. */
export interface CopyDiffers {
  readonly code: 'COPY_DIFFERS';
  readonly message: string;
  readonly path: string;
  /** The first entry that differs, from the root of the tree; empty for the root itself. */
  readonly entry: string;
}

/** How long a copy may take, how to stop it, and whom to tell of it. @inline */
export interface CopyOptions {
  /** For the copy alone. Default six hours. */
  readonly timeoutMs?: number;
  /** Aborting it stops the copy; the source is untouched. */
  readonly signal?: AbortSignal;
  /**
   * Told when each part of a copy begins, and while the source is measured and the copy compared at most every 100 ms.
   * A rename tells nothing. What it throws ends the move, which leaves everything as it was, and is thrown to the caller.
   */
  readonly onProgress?: (progress: MoveProgress) => void;
}

/** How far a copy to another filesystem has come. @inline */
export interface MoveProgress extends TreeProgress {
  readonly part: 'measure' | 'copy' | 'compare';
  /** Entries measured or compared so far; 0 throughout `copy`. */
  readonly entries: number;
}

export type CopyError = NoSpace | CopyDiffers | ChangedMeanwhile | IoError | ProgramError;

const SIX_HOURS_MS = 6 * 60 * 60 * 1000;

/**
 * Moves across filesystems: copies into a private directory beside the target, compares, syncs, renames, and only then
 * removes the source. The directory stays until the source has its hidden name, as the mark of an unfinished move.
 */
export async function copyAcross(
  source: PinnedParent,
  target: PinnedParent,
  from: string,
  to: string,
  options: CopyOptions,
): Promise<Result<{ readonly leftBehind: string | undefined }, CopyError>> {
  const tell = options.onProgress === undefined ? undefined : guarded(options.onProgress);
  const before = await treeStamp(source.at(), from);
  if (before.isErr()) return err(before.error);
  // What cannot be measured is left to the copy to find out.
  tell?.({ part: 'measure', entries: 0 });
  const size = await copySize(source.at(), from, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(tell === undefined ? {} : { onProgress: ({ entries }) => tell({ part: 'measure', entries }) }),
  });
  const space = size.isErr() ? size : await copySpace(size.value, target.at('.'), { from, to, reserve: 'use' });
  if (space.isOk() && space.value !== undefined) return err(space.value);
  // So that no other account changes the copy between comparison and rename.
  const made = await makePrivate(target, to);
  if (made.isErr()) return err(made.error);
  const { name: mark, handle, inside: copy } = made.value;
  let outcome: 'moved' | 'given up' | 'both there' = 'given up';
  try {
    const copied = await copyAndCompare(source, handle, copy, from, { ...options, tell });
    if (copied.isErr()) return err(copied.error);
    const named = await place(copy, target, to);
    if (named.isErr()) return err(named.error);
    const retired = await retire(source, from, before.value);
    if (retired.isErr()) {
      // The source stays, so the copy is taken back: two complete trees could both be changed.
      const taken = await attempt(() => rename(target.at(), copy), 'rename', to);
      if (taken.isErr()) outcome = 'both there';
      return err(taken.isErr() ? taken.error : retired.error);
    }
    outcome = 'moved';
    return ok({ leftBehind: await removePrivate(source, retired.value) });
  } finally {
    await handle.close();
    if (outcome === 'moved') await rmdir(target.at(mark)).catch(() => undefined);
    if (outcome === 'given up') await removePrivate(target, mark);
  }
}

async function copyAndCompare(
  source: PinnedParent,
  inside: FileHandle,
  copy: string,
  from: string,
  { tell, ...options }: CopyOptions & { readonly tell: CopyOptions['onProgress'] | undefined },
): Promise<Result<void, CopyError>> {
  tell?.({ part: 'copy', entries: 0 });
  // --archive alone passes over attributes it could not copy; named, they are an error. The copy dies with us.
  const preserve = '--preserve=mode,ownership,timestamps,links,xattr';
  const cp = ['cp', '--archive', preserve, '--no-target-directory', '--one-file-system', '--'];
  const name = copy.slice(copy.lastIndexOf('/') + 1);
  const paths = [`${inheritedPath(3)}/${source.name}`, `${inheritedPath(4)}/${name}`];
  const copied = await runChecked('setpriv', ['--pdeathsig', 'KILL', '--', ...cp, ...paths], {
    inherit: [source.directory.fd, inside.fd],
    timeoutMs: options.timeoutMs ?? SIX_HOURS_MS,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (copied.isErr()) return err(copied.error);
  tell?.({ part: 'compare', entries: 0 });
  const onProgress = tell && (({ entries }: TreeProgress): void => tell({ part: 'compare', entries }));
  const difference = await firstDifference(source.at(), copy, from, onProgress);
  if (difference.isErr()) return err(difference.error);
  if (difference.value !== null) return err(differs(from, difference.value));
  // One call writes out the whole filesystem, for files by the thousand faster than fsync of each (syncfs(2)).
  const synced = await runChecked('sync', ['--file-system', inheritedPath(3)], {
    inherit: [inside.fd],
    timeoutMs: SIX_HOURS_MS,
  });
  return synced.map(() => undefined);
}

async function place(copy: string, target: PinnedParent, to: string): Promise<Result<void, CopyError>> {
  const there = await lstatOrNull(target.at(), to);
  if (there.isErr()) return err(there.error);
  if (there.value !== null) return err(changed(to, 'it was created while the copy was being made'));
  const renamed = await attempt(() => rename(copy, target.at()), 'rename', to);
  if (renamed.isErr()) return err(renamed.error);
  const synced = await attempt(() => target.directory.sync(), 'fsync', target.path);
  if (synced.isOk()) return ok(undefined);
  const taken = await attempt(() => rename(target.at(), copy), 'rename', to);
  return err(taken.isErr() ? taken.error : synced.error);
}

function differs(from: string, difference: string): CopyDiffers {
  const path = printablePath(from);
  const entry = printablePath(toBytes(difference));
  const where = entry === '' ? 'itself' : `at ${entry}`;
  const message = `the copy of ${path} differs ${where} and was removed; stop what writes to the source`;
  return { code: 'COPY_DIFFERS', message: `${message}, then run again`, path, entry };
}
