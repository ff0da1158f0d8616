import type { RunReport } from '../../recipes/engine/index.js';
import type { Output } from '../createOutput.js';

/** Tells how to go on with a run that a signal ended; where none had begun there is nothing to go on with. */
export function renderInterrupted(output: Output, { interrupted, runId }: RunReport): void {
  if (!interrupted) return;
  output.warn(
    runId === null
      ? 'interrupted before the first step; nothing was changed'
      : 'interrupted between two steps; go on with: wca migrate-off-root resume, or back with: wca migrate-off-root rollback',
  );
}
