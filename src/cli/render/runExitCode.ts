import type { RunReport } from '../../recipes/index.js';
import { EXIT } from '../exitCodes.js';
import type { ExitCode } from '../exitCodes.js';

/** The exit status of a run: done, undone after a failure, undone in part, or waiting to be finished. */
export function runExitCode({ failed, rolledBack, interrupted }: RunReport): ExitCode {
  if (failed && rolledBack) return EXIT.rolledBack;
  if (failed) return EXIT.rollbackIncomplete;
  return interrupted ? EXIT.locked : EXIT.done;
}
