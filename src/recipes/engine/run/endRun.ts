import { undoSteps } from './undoSteps.js';
import type { ApplyOutcome } from './applySteps.js';
import { runReport } from './runReport.js';
import type { RunReport } from './runReport.js';
import type { RunSession } from './runSession.js';

/**
 * Ends a run after its steps were applied: nothing more to do, or everything undone when anything failed.
 *
 * The operator's signal does not stop undoing: a host must not be left half migrated.
 *
 * @param outcome - null for a run that was being undone already
 */
export async function endRun(session: RunSession, outcome: ApplyOutcome | null): Promise<RunReport> {
  if (outcome !== null && outcome.kind !== 'failed') return runReport(session, outcome.kind === 'paused', null);
  const { failure, rollback } = session.state;
  const reason = rollback?.reason ?? (failure?.stepId === null ? 'verification-failed' : 'step-failed');
  const undone = await undoSteps(session, { reason, force: rollback?.force ?? false });
  return runReport(session, false, undone);
}
