import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookupGroup, lookupUser } from '../../../posix/accounts/index.js';
import { openToGroup } from '../../../posix/sweeps/index.js';
import type { SweepReport } from '../../../posix/handles/index.js';
import type { User } from '../../../posix/accounts/index.js';
import type { Check, StepContext, StepFailure, StepKind } from '../../engine/index.js';
import { UNSAFE, noteOf, ownersByHand, sweepRecorded, undoRecorded, unsafeEntries } from './reclaimStep.js';
import { widenable } from './widenable.js';

/** Which tree two accounts are to share through a group. */
export type OpenToGroupArgs = {
  readonly root: string;
  readonly group: string;
  /** Only entries of these accounts are touched; those of others are listed. */
  readonly owners: readonly string[];
  readonly why: string;
  readonly crossMounts?: boolean;
  readonly allowUnprotectedHardlinks?: boolean;
  /** Files that cannot safely be opened (hard links, setuid) are listed and left, instead of refused. */
  readonly leaveUnsafe?: boolean;
  /** A later step opens the same again: what is written while this one runs is left to that one. */
  readonly openedAgain?: boolean;
};

type OpenToGroupBefore = { readonly entries: number };

/**
 * Lets a group write in a whole tree: setgid and group write on directories, group write on files.
 *
 * Secrets by name, files not everyone could read, hard links and entries of other owners stay as they are.
 * Every mode and group is recorded before it changes and comes back with undo. Umask and setgid keep the tree
 * so only for what is written through them: `mv`, `cp -a` and `rsync -a` bring their own modes.
 */
export const openToGroupStep: StepKind<'posix.openToGroup', OpenToGroupArgs, OpenToGroupBefore, StepFailure> = {
  kind: 'posix.openToGroup',
  volatile: true,
  describe: (args) => ({
    title: `let the group ${args.group} write in ${args.root} (setgid directories, group-writable files)`,
    why: args.why,
  }),
  check: (args) =>
    sweep(args, { dryRun: true }).andThen((report): Result<Check<OpenToGroupBefore>, StepFailure> => {
      const unsafe = report.skipped.filter(({ reason }) => UNSAFE.has(reason));
      if (unsafe.length > 0 && args.leaveUnsafe !== true) return err(unsafeEntries(`below ${args.root} these`, unsafe));
      const before = { entries: report.wouldChange };
      return ok(report.wouldChange === 0 ? { state: 'satisfied' } : { state: 'needed', before, note: noteOf(report) });
    }),
  apply: (args, _before, ctx) => new ResultAsync(applyOpen(args, ctx)),
  verify: (args) =>
    sweep(args, { dryRun: true }).andThen((report) =>
      report.wouldChange === 0 || args.openedAgain === true
        ? okAsync(undefined)
        : new ResultAsync<void, StepFailure>(Promise.resolve(err(unfinished(args, report)))),
    ),
  byHand: (args, _before, where) => ownersByHand(args.root, where),
  undo: (args, _before, ctx) => new ResultAsync(undoRecorded(args.root, ctx)),
};

async function applyOpen(args: OpenToGroupArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const swept = await sweepRecorded(ctx, (sink) => sweep(args, { sink, signal: ctx.signal }));
  if (swept.isErr()) return err(swept.error);
  ctx.progress(`${swept.value.changed} changed, ${swept.value.skipped.length} left as they are`);
  return ok(undefined);
}

function sweep(
  args: OpenToGroupArgs,
  how: Pick<Parameters<typeof openToGroup>[1], 'dryRun' | 'sink' | 'signal'>,
): ResultAsync<SweepReport, StepFailure> {
  const owners: ResultAsync<User[], StepFailure> = ResultAsync.combine(args.owners.map((name) => lookupUser(name)));
  return ResultAsync.combine([owners, lookupGroup(args.group)]).andThen(
    ([users, { gid }]): ResultAsync<SweepReport, StepFailure> =>
      openToGroup(args.root, {
        gid,
        owners: users.map(({ uid }) => uid),
        keepSecrets: (path) => !widenable(path),
        crossMounts: args.crossMounts ?? false,
        unprotectedHardlinks: args.allowUnprotectedHardlinks === true ? 'allow' : 'refuse',
        ...how,
      }),
  );
}

function unfinished(args: OpenToGroupArgs, report: SweepReport): StepFailure {
  const message = `${report.wouldChange} entries below ${args.root} are still not writable for the group ${args.group}; they may have been written meanwhile, run again`;
  return { code: 'OPEN_INCOMPLETE', message };
}
