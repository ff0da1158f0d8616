import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { basename } from 'node:path';
import { octalMode } from '../../../posix/paths/index.js';
import { sweepTree } from '../../../posix/sweeps/index.js';
import type { ChangeSink, SweepReport } from '../../../posix/handles/index.js';
import type { Check, StepContext, StepFailure, StepKind } from '../../engine/index.js';
import { ownersByHand, sweepRecorded, undoRecorded } from '../ownership/reclaimStep.js';

/** Files of one directory, by pattern, and the mode they get. */
export type FileModeArgs = {
  readonly directory: string;
  /** Names that begin so and end in `.php`. */
  readonly prefix: string;
  readonly mode: number;
  readonly why: string;
  readonly allowUnprotectedHardlinks?: boolean;
};

type FileModeBefore = { readonly entries: number };

/** Sets the mode of the files of one directory whose names begin alike; recorded, and undone exactly. */
export const fileModeStep: StepKind<'posix.fileMode', FileModeArgs, FileModeBefore, StepFailure> = {
  kind: 'posix.fileMode',
  volatile: true,
  describe: (args) => ({
    title: `make ${args.directory}/${args.prefix}*.php ${octalMode(args.mode)}`,
    why: args.why,
  }),
  check: (args) =>
    sweep(args, { dryRun: true }).map((report): Check<FileModeBefore> =>
      report.wouldChange === 0
        ? { state: 'satisfied' }
        : { state: 'needed', before: { entries: report.wouldChange }, note: `${report.wouldChange} files` },
    ),
  apply: (args, _before, ctx) => new ResultAsync(applyMode(args, ctx)),
  verify: (args) =>
    sweep(args, { dryRun: true }).andThen((report) =>
      report.wouldChange === 0
        ? okAsync(undefined)
        : new ResultAsync<void, StepFailure>(
            Promise.resolve(
              err({
                code: 'MODE_NOT_SET',
                message: `files ${args.directory}/${args.prefix}*.php are not ${octalMode(args.mode)} yet; run again`,
              }),
            ),
          ),
    ),
  byHand: (args, _before, where) => ownersByHand(args.directory, where),
  undo: (args, _before, ctx) => new ResultAsync(undoRecorded(args.directory, ctx)),
};

async function applyMode(args: FileModeArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const swept = await sweepRecorded(ctx, (sink) => sweep(args, { sink }));
  return swept.isErr() ? err(swept.error) : ok(undefined);
}

function sweep(
  args: FileModeArgs,
  how: { dryRun?: boolean; sink?: ChangeSink },
): ResultAsync<SweepReport, StepFailure> {
  return sweepTree(
    args.directory,
    ({ path, type, mode }) => {
      const name = path.toString('latin1');
      if (name === '') return { kind: 'keep' };
      if (name.includes('/') || type !== 'file') return { kind: 'skip', reason: 'foreign-owner', descend: false };
      const ours = basename(name).startsWith(args.prefix) && name.endsWith('.php');
      return ours && mode !== args.mode ? { kind: 'change', mode: args.mode } : { kind: 'keep' };
    },
    { unprotectedHardlinks: args.allowUnprotectedHardlinks === true ? 'allow' : 'refuse', ...how },
  );
}
