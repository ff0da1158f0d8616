import { err, ok, ResultAsync } from 'neverthrow';
import { closeSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Result } from 'neverthrow';
import type {
  Root,
  SkippedEntry,
  SkipReason,
  SweepError,
  SweepOptions,
  SweepReport,
  TreeEntry,
  Verdict,
} from '../handles/index.js';
import { walkAll } from './walkAll.js';
import {
  guarded,
  joinPath,
  parentPath,
  printablePath,
  progressReporter,
  relativePath,
  rethrowCallback,
  toBytes,
  utf8Text,
} from '../paths/index.js';
import type { BatchOptions } from './batchedChanges.js';
import { mountPointsBelow, openRoot, readMounts } from '../handles/index.js';
import { sweepFailure, unprotected } from './pass.js';
import type { Pass } from './pass.js';
import { EntryJudge } from './entryJudge.js';
import { CLOCK_TICK_MS, readAttributes } from '../access/index.js';

/**
 * Walks a tree that others may be changing and changes owner, group and mode of what `decide` picks: exactly the
 * inodes that were judged, never through a link, never outside the root.
 *
 * Every entry is pinned (`O_PATH | O_NOFOLLOW` from the handle of its directory), judged by fstat(2) of the handle and
 * changed through the same handle, after `sink` has the change on disk. `decide` must be pure: it is asked again when
 * a directory is entered and in every pass, and passes go on until one finds nothing more to do, at most five times.
 *
 * Whatever `decide` says: files with several names, devices and setuid or setgid files are never changed, and mounts
 * below the root are not entered (unless `crossMounts`); they are listed. A symbolic link above the root that
 * somebody other than root could have put there is refused (`UNSAFE_ROOT`).
 *
 * It does not promise that everything was caught: what moves under the walk, or is still being written, makes the
 * report incomplete. chown(2) drops file capabilities, and changing the group bits of a file with an ACL changes its
 * mask. A hard link made to an inode after it was judged cannot be noticed; `fs.protected_hardlinks` must be on.
 *
 * Errors: {@link SweepError}; what was changed before one is in the sink. Source: open(2) on O_PATH, proc(5);
 * systemd-tmpfiles and coreutils' chown for the rules.
 *
 * @param root - absolute path of a directory, or of a single file
 */
export function changeTree(
  root: string,
  decide: (entry: TreeEntry) => Verdict,
  options: SweepOptions = {},
): ResultAsync<SweepReport, SweepError> {
  return new ResultAsync(changeUntilSettled(root, decide, options, walkAll));
}

/** What a walk has to know besides the sweep it presents entries to. */
export interface WalkContext {
  readonly options: SweepOptions;
  /** Relative byte strings. */
  readonly excluded: ReadonlySet<string>;
  /** The pass before, if that looked at everything and nothing moved under it: looking at what is new is enough. */
  readonly earlier: Pass | null;
}

/** One way over the tree, presenting entries to the sweep. */
export type Walk = (judge: EntryJudge, context: WalkContext) => Promise<Result<void, SweepError>>;

/** After this many a tree that is still being changed is reported as incomplete. */
const MAX_PASSES = 5;

/**
 * Opens the root safely and walks until a pass finds nothing to change and misses nothing, a few times at most. Every
 * sweep runs through here.
 */
export async function changeUntilSettled(
  path: string,
  decide: (entry: TreeEntry) => Verdict,
  options: BatchOptions,
  walk: Walk,
): Promise<Result<SweepReport, SweepError>> {
  if (options.unprotectedHardlinks !== 'allow' && !hardlinksProtected()) return err(unprotected());
  const opened = openRoot(path);
  if (opened.isErr()) return err(opened.error);
  const root = opened.value;
  try {
    return await passes(root, guarded(decide), options, walk);
  } catch (cause) {
    rethrowCallback(cause);
    return err(sweepFailure(cause, root));
  } finally {
    closeSync(root.fd);
  }
}

async function passes(
  root: Root,
  decide: (entry: TreeEntry) => Verdict,
  options: BatchOptions,
  walk: Walk,
): Promise<Result<SweepReport, SweepError>> {
  const excluded = relativeExcludes(root, options.exclude ?? []);
  let examined = 0;
  let changed = 0;
  const notSeen = new Set<string>();
  const report = progressReporter(options.onProgress);
  let earlier: Pass | null = null;
  for (let number = 1; ; number += 1) {
    const context: WalkContext = { options, excluded, earlier };
    const before = changed;
    const onJudged = (pass: Pass): void =>
      report(() => ({ entries: pass.examined, pass: number, changed: before + pass.changed }));
    const passed = await onePass(root, decide, options, onJudged, (judge) => walk(judge, context));
    if (passed.isErr()) return err(passed.error);
    const pass: Pass = passed.value;
    examined = Math.max(examined, pass.examined);
    changed += pass.changed;
    for (const one of pass.notSeen) notSeen.add(one);
    const moving = pass.missed || [...pass.skipped.values()].includes('changed-meanwhile');
    const settled = options.dryRun === true || (pass.changed === 0 && !moving);
    if (!settled && number < MAX_PASSES) {
      // So that the next pass does not take our own changes for movement.
      if (pass.changed > 0) await setTimeout(2 * CLOCK_TICK_MS);
      earlier = moving ? null : pass;
      continue;
    }
    // A directory that was closed stays told of, though what lies around it was looked at again.
    const skipped = await labelDenials(root, new Map([...pass.skipped, ...outermost(pass.closed)]));
    return ok({
      examined,
      changed,
      wouldChange: pass.wouldChange,
      skipped: [...skipped].map(([entry, reason]) => shownSkip(root, entry, reason)),
      complete: settled && !moving && skipped.size === 0,
      notSeen: [...notSeen],
    });
  }
}

/** Without what lies below another of them. */
function outermost<T>(closed: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  const isBelow = (path: string): boolean => {
    for (let below = path; below !== ''; below = parentPath(below)) if (closed.has(parentPath(below))) return true;
    return false;
  };
  return [...closed].filter(([path]) => !isBelow(path));
}

async function onePass(
  root: Root,
  decide: (entry: TreeEntry) => Verdict,
  options: BatchOptions,
  onJudged: (pass: Pass) => void,
  walk: (judge: EntryJudge) => Promise<Result<void, SweepError>>,
): Promise<Result<Pass, SweepError>> {
  const mounts = readMounts();
  if (mounts.isErr()) return err(mounts.error);
  const below = mountPointsBelow(mounts.value, root.realPath, root.mountId);
  const judge = new EntryJudge(root, decide, options, below.length > 0, onJudged);
  try {
    const walked = await walk(judge);
    if (walked.isErr()) return err(walked.error);
    const settled = await judge.settle();
    return settled.isErr() ? err(settled.error) : ok(judge.pass);
  } finally {
    await judge.close();
  }
}

/** Paths below the root as relative byte strings; those elsewhere exclude nothing. */
function relativeExcludes(root: Root, exclude: readonly string[]): ReadonlySet<string> {
  return new Set(exclude.flatMap((path) => relativePath(root, path)));
}

function shownSkip(root: Root, entry: string, reason: SkipReason): SkippedEntry {
  const absolute = entry === '' ? root.path : joinPath(root.path, entry);
  const bytes = toBytes(absolute);
  const path = printablePath(bytes);
  return utf8Text(absolute) === path ? { path, reason } : { path, pathBase64: bytes.toString('base64'), reason };
}

/** "Better be safe than sorry": what cannot be read counts as off, as with systemd-tmpfiles. */
function hardlinksProtected(): boolean {
  try {
    return readFileSync('/proc/sys/fs/protected_hardlinks', 'latin1').trim() === '1';
  } catch {
    return false;
  }
}

/**
 * Tells immutable entries from those the filesystem refuses for another reason; the kernel says EPERM to both.
 *
 * Only the label depends on it, so asking by path is good enough. Where lsattr cannot answer, it is `denied`.
 */
export async function labelDenials(
  root: Root,
  skipped: ReadonlyMap<string, SkipReason>,
): Promise<ReadonlyMap<string, SkipReason>> {
  const pathOf = (entry: string): string => (entry === '' ? root.path : joinPath(root.path, entry));
  const asked = [...skipped].filter(([, reason]) => reason === 'immutable').map(([entry]) => entry);
  const attributes = await readAttributes(asked.map((one) => ({ path: pathOf(one) })));
  const labelled = new Map(skipped);
  for (const entry of asked) {
    if (!/[ia]/.test(attributes.get(pathOf(entry)) ?? '')) labelled.set(entry, 'denied');
  }
  return labelled;
}
