import type { RunReport } from '../../recipes/engine/index.js';
import { EXIT } from '../exitCodes.js';
import type { ExitCode } from '../exitCodes.js';

/** The exit status of a run: done, undone after a failure, undone in part, waiting to be finished, or ended before it began. */
export function runExitCode({ runId, failed, rolledBack, interrupted }: RunReport): ExitCode {
  if (failed && rolledBack) return EXIT.rolledBack;
  if (failed) return EXIT.rollbackIncomplete;
  if (!interrupted) return EXIT.done;
  return runId === null ? EXIT.refused : EXIT.locked;
}
