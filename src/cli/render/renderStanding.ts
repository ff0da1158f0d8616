import type { RunDetails } from '../../recipes/engine/index.js';
import type { Output } from '../createOutput.js';

/** Prints the earlier run that is still applied. */
export function renderStanding(output: Output, { standing }: Pick<RunDetails, 'standing'>): void {
  if (standing === null) return;
  output.print(
    `run ${standing.runId} of ${standing.startedAt}, before it, is still applied; to undo it: wca migrate-off-root rollback --run ${standing.runId}`,
  );
}
