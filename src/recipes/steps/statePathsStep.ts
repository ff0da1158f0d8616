import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findStatePaths, rewriteStatePaths, undoStatePaths } from '../../kimaki/index.js';
import type { StatePath } from '../../kimaki/index.js';
import type { Check, StepFailure, StepKind } from '../step.js';

/** Which state has paths in it that follow a move. Absolute. */
export type StatePathsArgs = {
  /** Where the state is when the step runs. */
  readonly roots: readonly string[];
  /** Homes that are closed to the agent afterwards. */
  readonly oldHomes: readonly string[];
  readonly moves: readonly { readonly from: string; readonly to: string }[];
};

type StatePathsBefore = { readonly paths: readonly StatePath[] };

/**
 * Makes the paths that the state holds of itself follow its move: channel directories in databases, shims, settings, links.
 *
 * For the stop window: databases are written by their owner, while nobody has them open. Best where nobody else can change
 * the way to them, and before their owner changes: files are written anew, and a sweep that ran before would not know them. Undo puts every value back that is still the rewritten one, and names the others.
 */
export const statePathsStep: StepKind<'kimaki.statePaths', StatePathsArgs, StatePathsBefore, StepFailure> = {
  kind: 'kimaki.statePaths',
  volatile: true,
  describe: ({ oldHomes, roots }) => ({
    title: `let paths in ${roots.join(', ')} that lead to ${oldHomes.join(', ')} follow the move`,
    why: 'channels, shims and links would lead where the agent may not go any more',
  }),
  check: (args) => new ResultAsync(checkPaths(args)),
  apply: (_args, before) => rewriteStatePaths(before.paths),
  verify: (args) => new ResultAsync(verifyPaths(args)),
  undo: (_args, before) => undoStatePaths(before.paths).map((notes) => ({ notes })),
};

async function checkPaths(args: StatePathsArgs): Promise<Result<Check<StatePathsBefore>, StepFailure>> {
  const found = await findStatePaths(args);
  if (found.isErr()) return err(found.error);
  const { paths } = found.value;
  if (paths.length === 0) return ok({ state: 'satisfied' });
  const rows = paths.flatMap((path) => (path.kind === 'database' ? [path.label] : []));
  const shown = rows.length === 0 ? '' : `: ${rows.slice(0, 5).join('; ')}${rows.length > 5 ? ` and ${rows.length - 5} more` : ''}`;
  const note = `${rows.length} rows${shown}; ${paths.length - rows.length} files`;
  return ok({ state: 'needed', before: { paths }, note });
}

async function verifyPaths(args: StatePathsArgs): Promise<Result<void, StepFailure>> {
  const checked = await checkPaths(args);
  if (checked.isErr()) return err(checked.error);
  if (checked.value.state === 'satisfied') return ok(undefined);
  const message = `below ${args.roots.join(', ')} some paths still lead to ${args.oldHomes.join(', ')} (${checked.value.note ?? ''}); see who writes them`;
  return err({ code: 'PATHS_LEFT', message });
}
