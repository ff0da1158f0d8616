import { readFile } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import {
  clearStatePathLeftovers,
  findStatePaths,
  rewriteStatePaths,
  undoStatePaths,
  unrewrittenPaths,
} from '../../../kimaki/state-paths/index.js';
import type { StatePath } from '../../../kimaki/state-paths/index.js';
import { firstFew, ioError } from '../../../posix/paths/index.js';
import type { IoError } from '../../../posix/paths/index.js';
import { absolutePath, appendRecord, defineStep, listOf, parseJson, readData, record } from '../../engine/index.js';
import type { Check, StepContext, StepFailure, UndoNotes } from '../../engine/index.js';

const args = record({
  /** Where the state is when the step runs. */
  roots: listOf(absolutePath),
  /** Homes that the agent cannot enter afterwards. */
  oldHomes: listOf(absolutePath),
  moves: listOf(record({ from: absolutePath, to: absolutePath })),
});

/** Which state has paths in it that follow a move. */
export type StatePathsArgs = Readonly<v.InferOutput<typeof args>>;

/** How many places were found; each, with what it held, is in the step's own record. */
const before = record({ places: v.number() });

type StatePathsBefore = v.InferOutput<typeof before>;

/** One {@link StatePath} a line. */
const RECORD = 'paths';

const statePath: v.GenericSchema<unknown, StatePath> = v.variant('kind', [
  record({
    kind: v.literal('database'),
    file: absolutePath,
    table: v.string(),
    column: v.string(),
    rowid: v.number(),
    label: v.string(),
    before: v.string(),
    after: v.string(),
  }),
  record({ kind: v.literal('text'), file: absolutePath, before: v.string(), after: v.string(), mtime: v.string() }),
  record({ kind: v.literal('link'), file: absolutePath, before: v.string(), after: v.string() }),
]);

/**
 * Rewrites the paths inside the state that point to its old place: channel directories in databases, shims, settings,
 * links.
 *
 * For the stop window: databases are written by their owner, while no process has them open. Where only root can change the
 * state, it belongs before the owner of the state is changed: files are replaced, and the undo of an earlier sweep does not
 * know the new inodes and leaves them to their new owner. Where another account can, it belongs after that, so that SQLite
 * does not run as root beside files of that account. Every place is on disk with what it held before the first is rewritten.
 * Undo restores every value that is still the rewritten one, and names the others.
 */
export const statePathsStep = defineStep({
  kind: 'kimaki.statePaths',
  args,
  before,
  volatile: true,
  describe: ({ oldHomes, roots }) => ({
    title: `Rewrite the paths in ${roots.join(', ')} that point to ${oldHomes.join(', ')}`,
    why: 'channels, shims and links would point to a directory that the agent cannot enter',
    undo: `Write the former paths in ${roots.join(', ')} again`,
  }),
  writes: ({ roots, moves }) => [...roots, ...moves.flatMap(({ from, to }) => [from, to])],
  check: (args) => new ResultAsync(checkPaths(args)),
  apply: (args, _before, ctx) => new ResultAsync(applyPaths(args, ctx)),
  verify: (args, ctx) => new ResultAsync(verifyPaths(args, ctx)),
  undo: (_args, _before, ctx) => new ResultAsync(undoPaths(ctx)),
  tidy: (args) => clearStatePathLeftovers(args.roots),
});

async function checkPaths(args: StatePathsArgs): Promise<Result<Check<StatePathsBefore>, StepFailure>> {
  const found = await findStatePaths(args);
  if (found.isErr()) return err(found.error);
  const { paths } = found.value;
  if (paths.length === 0) return ok({ state: 'satisfied' });
  const rows = paths.flatMap((path) => (path.kind === 'database' ? [path.label] : []));
  const shown = rows.length === 0 ? '' : `: ${firstFew(rows, 5, '; ')}`;
  return ok({
    state: 'needed',
    before: { places: paths.length },
    note: `${rows.length} rows${shown}; ${paths.length - rows.length} files`,
  });
}

async function applyPaths(args: StatePathsArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const found = await findStatePaths(args);
  if (found.isErr()) return err(found.error);
  const { paths } = found.value;
  const recorded = await appendRecord(ctx.recordPath(RECORD), paths);
  if (recorded.isErr()) return err(recorded.error);
  return rewriteStatePaths(paths);
}

/** Only what was recorded: a path that is written later is meant. */
async function verifyPaths(args: StatePathsArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const paths = await recordedPaths(ctx);
  if (paths.isErr()) return err(paths.error);
  const left = await unrewrittenPaths(paths.value);
  if (left.isErr()) return err(left.error);
  if (left.value.length === 0) return ok(undefined);
  const message = `some paths below ${args.roots.join(', ')} still point to ${args.oldHomes.join(', ')} (${firstFew(left.value, 5, '; ')}); find out what writes them`;
  return err({ code: 'PATHS_LEFT', message });
}

async function undoPaths(ctx: StepContext): Promise<Result<UndoNotes, StepFailure>> {
  const paths = await recordedPaths(ctx);
  if (paths.isErr()) return err(paths.error);
  return undoStatePaths(paths.value.toReversed()).map((notes) => ({ notes }));
}

/** None where nothing was begun. A line that was cut off belongs to an act that never began. */
async function recordedPaths(ctx: StepContext): Promise<Result<readonly StatePath[], IoError>> {
  const record = ctx.recordPath(RECORD);
  const read = await ResultAsync.fromPromise(readFile(record, 'utf8'), (cause) => ioError(cause, 'read', record));
  if (read.isErr()) return read.error.errno === 'ENOENT' ? ok([]) : err(read.error);
  const whole = read.value
    .slice(0, read.value.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return ok(
    whole.flatMap((line) =>
      readData(statePath, parseJson(line)).match(
        (path) => [path],
        () => [],
      ),
    ),
  );
}
