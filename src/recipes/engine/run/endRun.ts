import { goBack } from './goBack.js';
import type { ForwardOutcome } from './goForward.js';
import { runReport } from './runReport.js';
import type { RunReport } from './runReport.js';
import type { RunSession } from './runSession.js';

/**
 * Brings a run to its end after its way forward: nothing more to do, or all the way back when anything failed.
 *
 * The operator's signal does not stop the way back: half way is where a host must be left least of all.
 *
 * @param outcome - null for a run that was on its way back already
 */
export async function endRun(session: RunSession, outcome: ForwardOutcome | null): Promise<RunReport> {
  if (outcome !== null && outcome.kind !== 'failed') return runReport(session, outcome.kind === 'paused', null);
  const { failure, rollback } = session.state;
  const reason = rollback?.reason ?? (failure?.stepId === null ? 'verification-failed' : 'step-failed');
  const back = await goBack(session, { reason, force: rollback?.force ?? false });
  return runReport(session, false, back);
}
