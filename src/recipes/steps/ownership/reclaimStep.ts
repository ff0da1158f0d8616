import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { lookupGroup, lookupIdentity, lookupUser } from '../../../posix/accounts/index.js';
import { openChangeRecord, readChangeRecord, reclaim, undoChanges } from '../../../posix/sweeps/index.js';
import { remedy } from '../../../posix/findings/index.js';
import type { Remedy } from '../../../posix/findings/index.js';
import { firstFew, printablePath } from '../../../posix/paths/index.js';
import type { ChangeSink, SkippedEntry, SweepReport, TreeEntry } from '../../../posix/handles/index.js';
import type { Identity } from '../../../posix/accounts/index.js';
import { absolutePath, accountId, defineStep, listOf, record } from '../../engine/index.js';
import type { Check, StepContext, StepFailure, UndoData, UndoNotes } from '../../engine/index.js';
import { widenable } from './widenable.js';

const args = record({
  root: absolutePath,
  /** Only entries of this uid are changed. */
  from: accountId,
  /** Names, looked up when the step runs: the account may be created by an earlier step. */
  to: record({ user: v.string(), group: v.string() }),
  /** Why, for the plan. */
  why: v.string(),
  /** An account: what it could not read before is left, with everything below an unreadable directory. */
  reader: v.exactOptional(v.string()),
  /** The reader is asked only about what lies where others than the old owner can write. */
  readerAsked: v.exactOptional(v.literal('where-others-write')),
  /** Entries, absolute or relative to the root, that are left alone with everything below them. */
  exclude: v.exactOptional(listOf(v.string())),
  /** Directories in which what is changed becomes group-writable too. */
  groupWriteBelow: v.exactOptional(listOf(absolutePath)),
  /** What changes hands loses the write permission of group and others: it steers the agent. */
  closed: v.exactOptional(v.boolean()),
  /** Files that some operators give to root on purpose stay so: wp-config.php, .htaccess, .user.ini. */
  keptNames: v.exactOptional(v.boolean()),
  crossMounts: v.exactOptional(v.boolean()),
  allowUnprotectedHardlinks: v.exactOptional(v.boolean()),
  /** Entries whose owner cannot safely be changed are listed and left, instead of failing the step. */
  leaveUnsafe: v.exactOptional(v.boolean()),
  /** A later step sweeps the same tree again: what is written while this one runs is left to that one. */
  sweptAgain: v.exactOptional(v.boolean()),
  /** A later step moves the tree, perhaps to another filesystem: undo knows what was swept by its path. */
  movesAfterwards: v.exactOptional(v.boolean()),
  /** The root may disappear by itself: when it is gone there is nothing to do. */
  mayBeGone: v.exactOptional(v.boolean()),
});

/** Whose entries are changed to which owner, and what is left alone. */
export type ReclaimArgs = Readonly<v.InferOutput<typeof args>>;

/** How many entries a sweep changes; each is in the step's change record. */
export const changedEntries = record({ entries: v.number() });

type ReclaimBefore = v.InferOutput<typeof changedEntries>;

/** What `posix.reclaim` leaves on purpose; anything else that stays is a failure. */
export const LEFT_ON_PURPOSE: ReadonlySet<string> = new Set(['private', 'mount-point', 'secret']);
/** What is never changed; a step that finds one is refused, unless such entries are left out (`leaveUnsafe`). */
export const UNSAFE: ReadonlySet<string> = new Set(['hard-link', 'device', 'setuid', 'immutable']);

/**
 * Changes the owner of what one account owns below a directory, race-safe, with a record that undoes it exactly.
 *
 * Satisfied when nothing is left to change. The old owner and mode of every entry are on disk before the entry
 * is changed; undo restores each entry that is still the same inode and as this step left it. What is created during the
 * sweep is found by its further passes; what is created afterwards is not.
 */
export const reclaimStep = defineStep({
  kind: 'posix.reclaim',
  args,
  before: changedEntries,
  volatile: true,
  describe: (args) => ({
    title: `Change the owner of ${args.from === 0 ? 'root-owned files' : `files of uid ${args.from}`} in ${args.root} to ${args.to.user}:${args.to.group}`,
    why: args.why,
    undo: `Give entries in ${args.root} the owners they had`,
  }),
  writes: ({ root }) => [root],
  check: (args) =>
    sweep(args, { dryRun: true }).andThen((report): Result<Check<ReclaimBefore>, StepFailure> => {
      const unsafe = report.skipped.filter(({ reason }) => UNSAFE.has(reason));
      if (unsafe.length > 0 && args.leaveUnsafe !== true)
        return err(unsafeEntries(`entries of uid ${args.from} below ${args.root}`, unsafe));
      const entries = report.wouldChange;
      return ok(
        entries === 0
          ? { state: 'satisfied' }
          : { state: 'needed', before: { entries }, note: noteOf(report), entries },
      );
    }),
  apply: (args, _before, ctx) => new ResultAsync(applyReclaim(args, ctx)),
  verify: (args) =>
    sweep(args, { dryRun: true }).andThen((report) =>
      report.wouldChange === 0 || args.sweptAgain === true
        ? okAsync(undefined)
        : new ResultAsync(Promise.resolve(err(left(args, report)))),
    ),
  byHand: (args, _before, where) => ownersByHand(args.root, where),
  undo: (args, _before, ctx) =>
    new ResultAsync(undoRecorded(args.root, ctx, { replaced: args.movesAfterwards === true ? 'restore' : 'leave' })),
});

async function applyReclaim(args: ReclaimArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const swept = await sweepRecorded(ctx, (sink) => sweep(args, { sink, signal: ctx.signal }));
  if (swept.isErr()) return err(swept.error);
  const { changed, skipped } = swept.value;
  const refused = skipped.filter((entry) => !mayStay(args, entry));
  ctx.progress(`${changed} changed, ${skipped.length} left`);
  return refused.length === 0 ? ok(undefined) : err(left(args, swept.value));
}

/** Sweeps with a record of every change, for `undoRecorded`; it is closed whatever the result of the sweep. */
export async function sweepRecorded(
  ctx: StepContext,
  sweep: (sink: ChangeSink) => ResultAsync<SweepReport, StepFailure>,
): Promise<Result<SweepReport, StepFailure>> {
  const record = await openChangeRecord(ctx.recordPath('changes.ndjson'));
  if (record.isErr()) return err(record.error);
  const swept = await sweep(record.value);
  const closed = await record.value.close();
  if (swept.isErr()) return swept;
  return closed.isErr() ? err(closed.error) : swept;
}

/** Too many owners to restore by hand. */
export function ownersByHand(root: string, where: UndoData): readonly string[] {
  return [
    `# the old owners and modes below ${printablePath(root)} are in ${where.recordPath('changes.ndjson')}, one entry a line; remove what stops the rollback, then roll back again`,
  ];
}

/** Undoes what a sweep recorded; shared by every step that keeps a change record. */
export async function undoRecorded(
  root: string,
  ctx: StepContext,
  options: Parameters<typeof undoChanges>[2] = {},
): Promise<Result<UndoNotes, StepFailure>> {
  const changes = await readChangeRecord(ctx.recordPath('changes.ndjson'));
  if (changes.isErr()) {
    // Without a record nothing was changed: it is written first.
    return changes.error.code === 'NOT_FOUND' ? ok({ notes: [] }) : err(changes.error);
  }
  const undone = await undoChanges(root, changes.value, options);
  if (undone.isErr()) {
    // A file in a shared place may be removed, by a reboot at the latest: then nothing is left to restore.
    return undone.error.code === 'NOT_FOUND'
      ? ok({ notes: [`${root}: it does not exist any more`] })
      : err(undone.error);
  }
  return ok({ notes: undone.value.skipped.map(({ path, reason }) => `${path}: left as it is, ${reason}`) });
}

function sweep(
  args: ReclaimArgs,
  how: Pick<Parameters<typeof reclaim>[1], 'dryRun' | 'sink' | 'signal'>,
): ResultAsync<SweepReport, StepFailure> {
  const reader: ResultAsync<Identity | null, StepFailure> =
    args.reader === undefined ? okAsync(null) : lookupIdentity(args.reader);
  const who = ResultAsync.combine([reader, lookupUser(args.to.user), lookupGroup(args.to.group)]);
  return who.andThen(([identity, user, group]): ResultAsync<SweepReport, StepFailure> =>
    reclaim(args.root, {
      from: args.from,
      to: { uid: user.uid, gid: group.gid },
      ...(args.groupWriteBelow === undefined ? {} : { groupWrite: (entry: TreeEntry) => widensHere(args, entry) }),
      ...(args.closed === true ? { closed: true } : {}),
      ...(args.keptNames === true ? { keep: ({ path }: TreeEntry) => rootsOnPurpose(path) } : {}),
      exclude: args.exclude ?? [],
      crossMounts: args.crossMounts ?? false,
      unprotectedHardlinks: args.allowUnprotectedHardlinks === true ? 'allow' : 'refuse',
      ...(identity === null ? {} : { reader: identity }),
      ...(args.readerAsked === undefined ? {} : { asked: args.readerAsked }),
      ...how,
    }).orElse((error) => (args.mayBeGone === true && error.code === 'NOT_FOUND' ? ok(NOTHING_THERE) : err(error))),
  );
}

const NOTHING_THERE: SweepReport = {
  examined: 0,
  changed: 0,
  wouldChange: 0,
  skipped: [],
  complete: true,
  notSeen: [],
};

function widensHere({ root, groupWriteBelow = [] }: ReclaimArgs, { path, type, mode }: TreeEntry): boolean {
  const base = latin1(root);
  const absolute = path.length === 0 ? base : `${base}/${path.toString('latin1')}`;
  const shared = groupWriteBelow.some(
    (place) => absolute === latin1(place) || absolute.startsWith(`${latin1(place)}/`),
  );
  return shared && widenable(path, type) && (type === 'directory' || (mode & 0o004) !== 0);
}

/** Paths are compared byte for byte: a name need not be UTF-8. */
function latin1(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}

/**
 * Files that some operators give to root so that neither WordPress nor a plugin rewrites them. In a plugin or theme such a
 * file came with it (akismet has a .htaccess), and as long as it is root's, WordPress cannot update that plugin.
 *
 * @param path - relative to wp-content, or to the site
 */
export function rootsOnPurpose(path: Buffer): boolean {
  const name = path.subarray(path.lastIndexOf(0x2f) + 1).toString('latin1');
  if (/(^|\/)(plugins|themes)\/[^/]+\//.test(path.toString('latin1'))) return false;
  return name === 'wp-config.php' || name === '.htaccess' || name === '.user.ini';
}

/** How many entries a sweep would change, and what it would leave. */
export function noteOf(report: SweepReport): string {
  const entries = `${report.wouldChange} ${report.wouldChange === 1 ? 'entry' : 'entries'}`;
  if (report.skipped.length === 0) return entries;
  return `${entries}; left as they are: ${firstSkipped(report.skipped)}`;
}

/** As many as a person reads. */
const SHOWN = 5;

/** The first entries that are left, by path and reason. */
export function firstSkipped(entries: readonly SkippedEntry[]): string {
  const texts = entries.map(({ path, reason }) => `${path} (${reason})`);
  return firstFew(texts, SHOWN);
}

/** Entries whose owner or mode cannot safely be changed; nothing was changed. */
interface UnsafeEntries extends StepFailure {
  readonly code: 'UNSAFE_ENTRIES';
  readonly remedy: Remedy;
}

/** The refusal that names what cannot safely be changed. */
export function unsafeEntries(which: string, unsafe: readonly SkippedEntry[]): UnsafeEntries {
  const message = `the owner or mode of some ${which} cannot safely be changed: ${firstSkipped(unsafe)}`;
  const way = remedy.inOrder(remedy.text('look at them'), remedy.option('leaveUnsafe'));
  return { code: 'UNSAFE_ENTRIES', message, remedy: way };
}

function mayStay({ leaveUnsafe, sweptAgain }: ReclaimArgs, { reason }: SkippedEntry): boolean {
  return (
    LEFT_ON_PURPOSE.has(reason) ||
    (leaveUnsafe === true && UNSAFE.has(reason)) ||
    (sweptAgain === true && reason === 'changed-meanwhile')
  );
}

function left(args: ReclaimArgs, report: SweepReport): StepFailure & { readonly paths: readonly string[] } {
  const shown = report.skipped.filter((entry) => !mayStay(args, entry)).slice(0, SHOWN);
  const list = shown.map(({ path, reason }) => `${path} (${reason})`);
  const message =
    `the owner of some entries of uid ${args.from} below ${args.root} was not changed` +
    (list.length === 0
      ? ': new ones kept appearing while the sweep ran; try again when less is written there'
      : `: ${list.join(', ')}`);
  return { code: 'RECLAIM_INCOMPLETE', message, paths: shown.map(({ path }) => path) };
}
