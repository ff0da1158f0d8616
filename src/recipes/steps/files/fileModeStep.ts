import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { attempt, octalMode } from '../../../posix/paths/index.js';
import { readableBy } from '../../../posix/access/index.js';
import { pinAndRead } from '../../../posix/files/index.js';
import { withPinnedParent } from '../../../posix/handles/index.js';
import type { ChangeSink, SweepReport, TreeEntry } from '../../../posix/handles/index.js';
import { changeTree } from '../../../posix/sweeps/index.js';
import { isPluginFile } from '../../../wordpress/blocks/index.js';
import { absolutePath, defineStep, fileMode, record } from '../../engine/index.js';
import type { StepContext, StepFailure } from '../../engine/index.js';
import { changedEntries, noteOf, ownersByHand, sweepRecorded, undoRecorded } from '../ownership/reclaimStep.js';

const args = record({
  directory: absolutePath,
  /** Names that begin so and end in `.php`. */
  prefix: v.string(),
  mode: fileMode,
  /** What of their mode may stay besides, where it is set: group write, `0o020`. */
  keep: v.exactOptional(fileMode),
  why: v.string(),
  allowUnprotectedHardlinks: v.exactOptional(v.boolean()),
});

/** Files of one directory, by pattern, and the mode they get. */
export type FileModeArgs = Readonly<v.InferOutput<typeof args>>;

/**
 * Sets the mode of the plugin files of one directory whose names begin alike; recorded, and undone exactly.
 *
 * A name in a directory that others write is only a claim. A file is opened wider only if everyone could read it before, or
 * if its content calls itself a WordPress plugin; any other is listed as `private` and keeps its mode.
 */
export const fileModeStep = defineStep({
  kind: 'posix.fileMode',
  args,
  before: changedEntries,
  volatile: true,
  describe: (args) => ({
    title: `Change the mode of ${args.directory}/${args.prefix}*.php to ${modesOf(args)}`,
    why: args.why,
    undo: `Give ${args.directory}/${args.prefix}*.php the modes they had`,
  }),
  writes: ({ directory }) => [directory],
  check: (args) =>
    sweep(args, { dryRun: true }).map((report) =>
      report.wouldChange === 0
        ? { state: 'satisfied' }
        : { state: 'needed', before: { entries: report.wouldChange }, note: noteOf(report) },
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
                message: `not all files ${args.directory}/${args.prefix}*.php have mode ${modesOf(args)}; run again`,
              }),
            ),
          ),
    ),
  byHand: (args, _before, where) => ownersByHand(args.directory, where),
  undo: (args, _before, ctx) => new ResultAsync(undoRecorded(args.directory, ctx)),
});

/** The mode that files get, and the one that they may keep. */
function modesOf({ mode, keep = 0 }: FileModeArgs): string {
  return keep === 0 ? octalMode(mode) : `${octalMode(mode)}, or ${octalMode(mode | keep)}`;
}

async function applyMode(args: FileModeArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const swept = await sweepRecorded(ctx, (sink) => sweep(args, { sink }));
  return swept.isErr() ? err(swept.error) : ok(undefined);
}

function sweep(
  args: FileModeArgs,
  how: { dryRun?: boolean; sink?: ChangeSink },
): ResultAsync<SweepReport, StepFailure> {
  return pluginFiles(args).andThen((plugins): ResultAsync<SweepReport, StepFailure> =>
    changeTree(
      args.directory,
      (entry) => {
        const { path, type, mode } = entry;
        const name = path.toString('latin1');
        if (name === '') return { kind: 'keep' };
        if (name.includes('/') || type !== 'file') return { kind: 'skip', reason: 'foreign-owner', descend: false };
        const wanted = args.mode | (mode & (args.keep ?? 0));
        if (!isNamed(args, name) || mode === wanted) return { kind: 'keep' };
        const narrows = (wanted & ~mode) === 0;
        return narrows || everyone(entry) || plugins.has(inodeOf(entry))
          ? { kind: 'change', mode: wanted }
          : { kind: 'skip', reason: 'private', descend: false };
      },
      { unprotectedHardlinks: args.allowUnprotectedHardlinks === true ? 'allow' : 'refuse', ...how },
    ),
  );
}

const everyone = readableBy('everyone');

function isNamed({ prefix }: FileModeArgs, name: string): boolean {
  return name.startsWith(prefix) && name.endsWith('.php');
}

function inodeOf({ dev, ino }: Pick<TreeEntry, 'dev' | 'ino'>): string {
  return `${dev} ${ino}`;
}

/** The inodes of the files that are plugins by their content. One that is exchanged afterwards has another inode. */
function pluginFiles(args: FileModeArgs): ResultAsync<ReadonlySet<string>, StepFailure> {
  const find = withPinnedParent<ReadonlySet<string>, StepFailure>(join(args.directory, 'x'), async (parent) => {
    const names = await attempt(() => readdir(parent.at('.')), 'readdir', args.directory);
    if (names.isErr()) return err(names.error);
    const found = new Set<string>();
    for (const name of names.value.filter((one) => isNamed(args, one))) {
      const file = await pinAndRead(parent.at(name), join(args.directory, name), {});
      // What cannot be read, or is no file, is not known to be one.
      if (file.isOk() && isPluginFile(file.value.bytes)) found.add(inodeOf(file.value));
    }
    return ok(found);
  });
  return new ResultAsync(find);
}
