import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rmdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changed, guarded, printablePath, toBytes, attempt } from '../paths/index.js';
import type { ChangedMeanwhile, IoError, TreeProgress } from '../paths/index.js';
import { handlePath, inheritedPath, lstatOrNull, temporaryName } from '../handles/index.js';
import type { PinnedParent } from '../handles/index.js';
import { removeEntry, retire } from './retireSource.js';
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
  const mark = temporaryName(target.name);
  const opened = await openPrivate(target, mark, to);
  if (opened.isErr()) return err(opened.error);
  const copy = `${handlePath(opened.value.fd)}/${target.name}`;
  let outcome: 'moved' | 'given up' | 'both there' = 'given up';
  try {
    const copied = await copyAndCompare(source, opened.value, copy, from, { ...options, tell });
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
    return ok({ leftBehind: await removeEntry(source, retired.value) });
  } finally {
    await opened.value.close();
    if (outcome === 'moved') await rmdir(target.at(mark)).catch(() => undefined);
    if (outcome === 'given up') await removeEntry(target, mark);
  }
}

/** A directory that only this user can enter, so that no other account changes the copy between comparison and rename. */
async function openPrivate(target: PinnedParent, mark: string, to: string): Promise<Result<FileHandle, CopyError>> {
  const made = await attempt(() => mkdir(target.at(mark), 0o700), 'mkdir', to);
  if (made.isErr()) return err(made.error);
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const opened = await attempt(() => open(target.at(mark), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), 'open', to);
  if (opened.isErr()) return err(opened.error);
  const checked = await attempt(
    async () => {
      // The umask and a default ACL may have made it narrower, never wider; chmod takes an inherited ACL's mask to 0.
      await opened.value.chmod(0o700);
      const { uid, mode } = await opened.value.stat();
      const entries = await readdir(handlePath(opened.value.fd));
      return uid === process.geteuid?.() && (mode & 0o7777) === 0o700 && entries.length === 0;
    },
    'fstat',
    to,
  );
  if (checked.isOk() && checked.value) return ok(opened.value);
  await opened.value.close();
  return err(checked.isErr() ? checked.error : changed(to, 'the directory for the copy was replaced'));
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
