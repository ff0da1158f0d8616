import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { basename } from 'node:path';
import * as v from 'valibot';
import { octalMode } from '../../../posix/paths/index.js';
import { changeTree } from '../../../posix/sweeps/index.js';
import type { ChangeSink, SweepReport } from '../../../posix/handles/index.js';
import { absolutePath, defineStep, fileMode, record } from '../../engine/index.js';
import type { StepContext, StepFailure } from '../../engine/index.js';
import { changedEntries, ownersByHand, sweepRecorded, undoRecorded } from '../ownership/reclaimStep.js';

const args = record({
  directory: absolutePath,
  /** Names that begin so and end in `.php`. */
  prefix: v.string(),
  mode: fileMode,
  why: v.string(),
  allowUnprotectedHardlinks: v.exactOptional(v.boolean()),
});

/** Files of one directory, by pattern, and the mode they get. */
export type FileModeArgs = Readonly<v.InferOutput<typeof args>>;

/** Sets the mode of the files of one directory whose names begin alike; recorded, and undone exactly. */
export const fileModeStep = defineStep({
  kind: 'posix.fileMode',
  args,
  before: changedEntries,
  volatile: true,
  describe: (args) => ({
    title: `Change the mode of ${args.directory}/${args.prefix}*.php to ${octalMode(args.mode)}`,
    why: args.why,
  }),
  writes: ({ directory }) => [directory],
  check: (args) =>
    sweep(args, { dryRun: true }).map((report) =>
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
                message: `not all files ${args.directory}/${args.prefix}*.php have mode ${octalMode(args.mode)}; run again`,
              }),
            ),
          ),
    ),
  byHand: (args, _before, where) => ownersByHand(args.directory, where),
  undo: (args, _before, ctx) => new ResultAsync(undoRecorded(args.directory, ctx)),
});

async function applyMode(args: FileModeArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const swept = await sweepRecorded(ctx, (sink) => sweep(args, { sink }));
  return swept.isErr() ? err(swept.error) : ok(undefined);
}

function sweep(
  args: FileModeArgs,
  how: { dryRun?: boolean; sink?: ChangeSink },
): ResultAsync<SweepReport, StepFailure> {
  return changeTree(
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
