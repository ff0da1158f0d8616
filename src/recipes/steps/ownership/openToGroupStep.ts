import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { lookupGroup, lookupUser } from '../../../posix/accounts/index.js';
import { openToGroup } from '../../../posix/sweeps/index.js';
import type { SweepReport } from '../../../posix/handles/index.js';
import type { User } from '../../../posix/accounts/index.js';
import { absolutePath, defineStep, listOf, record } from '../../engine/index.js';
import type { Check, StepContext, StepFailure } from '../../engine/index.js';
import {
  UNSAFE,
  changedEntries,
  noteOf,
  ownersByHand,
  sweepRecorded,
  undoRecorded,
  unsafeEntries,
} from './reclaimStep.js';
import { widenable } from './widenable.js';

const args = record({
  root: absolutePath,
  group: v.string(),
  /** Only entries of these accounts are changed; those of others are listed. */
  owners: listOf(v.string()),
  why: v.string(),
  crossMounts: v.exactOptional(v.boolean()),
  allowUnprotectedHardlinks: v.exactOptional(v.boolean()),
  /** Files that cannot safely be opened (hard links, setuid) are listed and left, instead of refused. */
  leaveUnsafe: v.exactOptional(v.boolean()),
  /** A later step opens the same tree again: what is written while this one runs is left to that one. */
  openedAgain: v.exactOptional(v.boolean()),
});

/** Which tree two accounts share through a group. */
export type OpenToGroupArgs = Readonly<v.InferOutput<typeof args>>;

type OpenToGroupBefore = v.InferOutput<typeof changedEntries>;

/**
 * Lets a group write in a whole tree: setgid and group write on directories, group write on files.
 *
 * What holds secrets or steers the agent (see `widenable`), files not everyone could read, hard links and entries of other
 * owners stay as they are. Every mode and group is recorded before it changes and restored by undo. Umask and setgid keep the tree so only for
 * files that are created in it: `mv`, `cp -a` and `rsync -a` keep the modes of their source.
 */
export const openToGroupStep = defineStep({
  kind: 'posix.openToGroup',
  args,
  before: changedEntries,
  volatile: true,
  describe: (args) => ({
    title: `Let the group ${args.group} write in ${args.root} (setgid directories, group-writable files)`,
    why: args.why,
    undo: `Give entries in ${args.root} the groups and modes they had`,
  }),
  writes: ({ root }) => [root],
  check: (args) =>
    sweep(args, { dryRun: true }).andThen((report): Result<Check<OpenToGroupBefore>, StepFailure> => {
      const unsafe = report.skipped.filter(({ reason }) => UNSAFE.has(reason));
      if (unsafe.length > 0 && args.leaveUnsafe !== true)
        return err(unsafeEntries(`entries below ${args.root}`, unsafe));
      const entries = report.wouldChange;
      return ok(
        entries === 0
          ? { state: 'satisfied' }
          : { state: 'needed', before: { entries }, note: noteOf(report), entries },
      );
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
});

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
        keepSecrets: (name, { type }) => !widenable(name, type),
        crossMounts: args.crossMounts ?? false,
        unprotectedHardlinks: args.allowUnprotectedHardlinks === true ? 'allow' : 'refuse',
        ...how,
      }),
  );
}

function unfinished(args: OpenToGroupArgs, report: SweepReport): StepFailure {
  const message = `${report.wouldChange} entries below ${args.root} are still not writable for the group ${args.group}; they may have been created meanwhile: run again`;
  return { code: 'OPEN_INCOMPLETE', message };
}
