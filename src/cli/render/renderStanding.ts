import type { RunDetails } from '../../recipes/engine/index.js';
import type { Output } from '../createOutput.js';

/** Tells of an earlier run that is still in force. */
export function renderStanding(output: Output, { standing }: Pick<RunDetails, 'standing'>): void {
  if (standing === null) return;
  output.print(
    `run ${standing.runId} of ${standing.startedAt}, before it, is still applied; its way back is: wca migrate-off-root rollback --run ${standing.runId}`,
  );
}
