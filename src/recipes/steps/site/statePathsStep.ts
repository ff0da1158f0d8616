import { readFile } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import {
  clearStatePathLeftovers,
  findStatePaths,
  rewriteStatePaths,
  undoStatePaths,
  unrewrittenPaths,
} from '../../../kimaki/state-paths/index.js';
import type { StatePath } from '../../../kimaki/state-paths/index.js';
import { ioError } from '../../../posix/paths/index.js';
import type { IoError } from '../../../posix/paths/index.js';
import { appendRecord } from '../../engine/index.js';
import type { Check, StepContext, StepFailure, StepKind, UndoNotes } from '../../engine/index.js';

/** Which state has paths in it that follow a move. Absolute. */
export type StatePathsArgs = {
  /** Where the state is when the step runs. */
  readonly roots: readonly string[];
  /** Homes that are closed to the agent afterwards. */
  readonly oldHomes: readonly string[];
  readonly moves: readonly { readonly from: string; readonly to: string }[];
};

/** What was found; the places themselves, with what they held, are in the step's own record. */
type StatePathsBefore = { readonly places: number };

/** One {@link StatePath} a line. */
const RECORD = 'paths';

/**
 * Makes the paths that the state holds of itself follow its move: channel directories in databases, shims, settings, links.
 *
 * For the stop window: databases are written by their owner, while nobody has them open. Best where nobody else can change
 * the way to them, and before their owner changes: files are written anew, and a sweep that ran before would not know them.
 * Every place is on disk with what it held before the first is rewritten. Undo puts every value back that is still the
 * rewritten one, and names the others.
 */
export const statePathsStep: StepKind<'kimaki.statePaths', StatePathsArgs, StatePathsBefore, StepFailure> = {
  kind: 'kimaki.statePaths',
  volatile: true,
  describe: ({ oldHomes, roots }) => ({
    title: `let paths in ${roots.join(', ')} that lead to ${oldHomes.join(', ')} follow the move`,
    why: 'channels, shims and links would lead where the agent may not go any more',
  }),
  check: (args) => new ResultAsync(checkPaths(args)),
  apply: (args, _before, ctx) => new ResultAsync(applyPaths(args, ctx)),
  verify: (args, ctx) => new ResultAsync(verifyPaths(args, ctx)),
  undo: (_args, _before, ctx) => new ResultAsync(undoPaths(ctx)),
  tidy: (args) => clearStatePathLeftovers(args.roots),
};

async function checkPaths(args: StatePathsArgs): Promise<Result<Check<StatePathsBefore>, StepFailure>> {
  const found = await findStatePaths(args);
  if (found.isErr()) return err(found.error);
  const { paths } = found.value;
  if (paths.length === 0) return ok({ state: 'satisfied' });
  const rows = paths.flatMap((path) => (path.kind === 'database' ? [path.label] : []));
  const shown =
    rows.length === 0 ? '' : `: ${rows.slice(0, 5).join('; ')}${rows.length > 5 ? ` and ${rows.length - 5} more` : ''}`;
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

/** Only what was recorded: who writes such a path afterwards means it. */
async function verifyPaths(args: StatePathsArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const paths = await recordedPaths(ctx);
  if (paths.isErr()) return err(paths.error);
  const left = await unrewrittenPaths(paths.value);
  if (left.isErr()) return err(left.error);
  if (left.value.length === 0) return ok(undefined);
  const shown = `${left.value.slice(0, 5).join('; ')}${left.value.length > 5 ? ` and ${left.value.length - 5} more` : ''}`;
  const message = `below ${args.roots.join(', ')} some paths still lead to ${args.oldHomes.join(', ')} (${shown}); see who writes them`;
  return err({ code: 'PATHS_LEFT', message });
}

async function undoPaths(ctx: StepContext): Promise<Result<UndoNotes, StepFailure>> {
  const paths = await recordedPaths(ctx);
  if (paths.isErr()) return err(paths.error);
  return undoStatePaths(paths.value.toReversed()).map((notes) => ({ notes }));
}

/** None where nothing was begun. A last line that was cut off was written ahead of an act that never began. */
async function recordedPaths(ctx: StepContext): Promise<Result<readonly StatePath[], IoError>> {
  const record = ctx.recordPath(RECORD);
  const read = await ResultAsync.fromPromise(readFile(record, 'utf8'), (cause) => ioError(cause, 'read', record));
  if (read.isErr()) return read.error.errno === 'ENOENT' ? ok([]) : err(read.error);
  const whole = read.value
    .slice(0, read.value.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return ok(whole.flatMap((line) => (line === '' ? [] : parsed(line))));
}

function parsed(line: string): readonly StatePath[] {
  try {
    return [JSON.parse(line) as StatePath];
  } catch {
    // Cut off, before a later call began on a line of its own: it was not acted on.
    return [];
  }
}
