import type { RunReport } from '../../recipes/engine/index.js';
import type { Output } from '../createOutput.js';

/** Prints how to continue a run that a signal interrupted. */
export function renderInterrupted(output: Output, { interrupted, runId }: RunReport): void {
  if (!interrupted) return;
  output.warn(
    runId === null
      ? 'interrupted before the first step; nothing was changed'
      : 'interrupted between two steps; next: wca migrate-off-root resume, or wca migrate-off-root rollback to undo it',
  );
}
