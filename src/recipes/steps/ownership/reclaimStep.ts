import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookupGroup, lookupIdentity, lookupUser } from '../../../posix/accounts/index.js';
import { openChangeRecord, readChangeRecord, reclaim, undoChanges } from '../../../posix/sweeps/index.js';
import { printablePath } from '../../../posix/paths/index.js';
import type { ChangeSink, SkippedEntry, SweepReport, TreeEntry } from '../../../posix/handles/index.js';
import type { Identity } from '../../../posix/accounts/index.js';
import type { Check, StepContext, StepFailure, StepKind, UndoData, UndoNotes } from '../../engine/index.js';
import { widenable } from './widenable.js';

/** What is given back to whom, and what is left alone. Paths are absolute. */
export type ReclaimArgs = {
  readonly root: string;
  /** Only entries of this uid change hands. */
  readonly from: number;
  /** Names, looked up when the step runs: the account may be made by an earlier step. */
  readonly to: { readonly user: string; readonly group: string };
  /** Why, for the plan. */
  readonly why: string;
  /** An account: what it could not read before is left, with all below an unreadable directory. */
  readonly reader?: string;
  /** Entries, absolute or relative to the root, that are left alone with all below them. */
  readonly exclude?: readonly string[];
  /** Directories, absolute, in which what changes hands becomes group-writable too. */
  readonly groupWriteBelow?: readonly string[];
  /** Files that are root's on purpose stay so: wp-config.php, .htaccess, .user.ini. */
  readonly keptNames?: boolean;
  readonly crossMounts?: boolean;
  readonly allowUnprotectedHardlinks?: boolean;
  /** Entries that cannot safely change hands are listed and left, instead of failing the step. */
  readonly leaveUnsafe?: boolean;
  /** A later step sweeps the same again: what is written while this one runs is left to that one. */
  readonly sweptAgain?: boolean;
  /** The root comes and goes by itself: when it is gone there is nothing to do. */
  readonly mayBeGone?: boolean;
};

type ReclaimBefore = { readonly entries: number };

/** What `posix.reclaim` leaves on purpose; anything else that stays is a failure. */
export const LEFT_ON_PURPOSE: ReadonlySet<string> = new Set(['private', 'mount-point', 'secret']);
/** What never changes hands nor mode unless it is left out by `--leave-unsafe`. */
export const UNSAFE: ReadonlySet<string> = new Set(['hard-link', 'device', 'setuid', 'immutable']);

/**
 * Gives what one account owns below a directory to another, race-safe, with a record that undoes it exactly.
 *
 * Satisfied when nothing is left to change. The old owner and mode of every entry are on disk before the entry
 * is touched; undo restores each entry that is still the same inode and still ours. What appears during the
 * sweep is found by its further passes; what appears afterwards is not.
 */
export const reclaimStep: StepKind<'posix.reclaim', ReclaimArgs, ReclaimBefore, StepFailure> = {
  kind: 'posix.reclaim',
  volatile: true,
  describe: (args) => ({
    title: `give what ${args.from === 0 ? 'root' : `uid ${args.from}`} owns below ${args.root} to ${args.to.user}:${args.to.group}`,
    why: args.why,
  }),
  check: (args) =>
    sweep(args, { dryRun: true }).andThen((report): Result<Check<ReclaimBefore>, StepFailure> => {
      const unsafe = report.skipped.filter(({ reason }) => UNSAFE.has(reason));
      if (unsafe.length > 0 && args.leaveUnsafe !== true)
        return err(unsafeEntries(`below ${args.root} these belong to uid ${args.from} and`, unsafe));
      const before = { entries: report.wouldChange };
      return ok(report.wouldChange === 0 ? { state: 'satisfied' } : { state: 'needed', before, note: noteOf(report) });
    }),
  apply: (args, _before, ctx) => new ResultAsync(applyReclaim(args, ctx)),
  verify: (args) =>
    sweep(args, { dryRun: true }).andThen((report) =>
      report.wouldChange === 0 || args.sweptAgain === true
        ? okAsync(undefined)
        : new ResultAsync(Promise.resolve(err(left(args, report)))),
    ),
  byHand: (args, _before, where) => ownersByHand(args.root, where),
  undo: (args, _before, ctx) => new ResultAsync(undoRecorded(args.root, ctx)),
};

async function applyReclaim(args: ReclaimArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const swept = await sweepRecorded(ctx, (sink) => sweep(args, { sink, signal: ctx.signal }));
  if (swept.isErr()) return err(swept.error);
  const { changed, skipped } = swept.value;
  const refused = skipped.filter((entry) => !mayStay(args, entry));
  ctx.progress(`${changed} changed, ${skipped.length} left`);
  return refused.length === 0 ? ok(undefined) : err(left(args, swept.value));
}

/** Sweeps with a record of every change that `undoRecorded` takes back, closed whatever the sweep came to. */
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

/** Thousands of owners are nobody's to type. */
export function ownersByHand(root: string, where: UndoData): readonly string[] {
  return [
    `# owners and modes below ${printablePath(root)} as they were are in ${where.recordPath('changes.ndjson')}, one entry a line; put right what stops it, then: wca migrate-off-root rollback`,
  ];
}

/** Undoes what a sweep recorded; shared by every step that keeps a change record. */
export async function undoRecorded(root: string, ctx: StepContext): Promise<Result<UndoNotes, StepFailure>> {
  const changes = await readChangeRecord(ctx.recordPath('changes.ndjson'));
  if (changes.isErr()) {
    // Nothing was recorded, so nothing was changed: the record is written ahead.
    return changes.error.code === 'NOT_FOUND' ? ok({ notes: [] }) : err(changes.error);
  }
  const undone = await undoChanges(root, changes.value);
  if (undone.isErr()) {
    // What is in a shared place may be cleared away, by a reboot at the latest: then nothing is left to give back.
    return undone.error.code === 'NOT_FOUND' ? ok({ notes: [`${root}: it is no longer there`] }) : err(undone.error);
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
      groupWrite: (entry) => widensHere(args, entry),
      ...(args.keptNames === true ? { keep: ({ path }: TreeEntry) => rootsOnPurpose(path) } : {}),
      exclude: args.exclude ?? [],
      crossMounts: args.crossMounts ?? false,
      unprotectedHardlinks: args.allowUnprotectedHardlinks === true ? 'allow' : 'refuse',
      ...(identity === null ? {} : { reader: identity }),
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
  return shared && widenable(path) && (type === 'directory' || (mode & 0o004) !== 0);
}

/** Paths are compared byte for byte: a name need not be UTF-8. */
function latin1(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}

/** Names that some operators give to root so that neither WordPress nor a plugin rewrites them. */
export function rootsOnPurpose(path: Buffer): boolean {
  const name = path.subarray(path.lastIndexOf(0x2f) + 1).toString('latin1');
  return name === 'wp-config.php' || name === '.htaccess' || name === '.user.ini';
}

/** How many entries a sweep would change, and what it would leave. */
export function noteOf(report: SweepReport): string {
  const entries = `${report.wouldChange} ${report.wouldChange === 1 ? 'entry' : 'entries'}`;
  if (report.skipped.length === 0) return entries;
  const shown = report.skipped.slice(0, SHOWN).map(({ path, reason }) => `${path} (${reason})`);
  const more = report.skipped.length > SHOWN ? ` and ${report.skipped.length - SHOWN} more` : '';
  return `${entries}; left as they are: ${shown.join(', ')}${more}`;
}

/** As many paths as a person reads. */
const SHOWN = 5;

/** The refusal that names what cannot safely be changed; `which` begins the sentence. */
export function unsafeEntries(which: string, unsafe: readonly SkippedEntry[]): StepFailure {
  const shown = unsafe.slice(0, SHOWN).map(({ path, reason }) => `${path} (${reason})`);
  const message =
    `${which} cannot safely change hands: ${shown.join(', ')}` +
    `${unsafe.length > SHOWN ? ` and ${unsafe.length - SHOWN} more` : ''}; look at them, then leave them out with --leave-unsafe`;
  return { code: 'UNSAFE_ENTRIES', message };
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
    `below ${args.root} some entries of uid ${args.from} could not change hands` +
    (list.length === 0
      ? ': they kept changing while the sweep ran; try again when it is quieter'
      : `: ${list.join(', ')}`);
  return { code: 'RECLAIM_INCOMPLETE', message, paths: shown.map(({ path }) => path) };
}
