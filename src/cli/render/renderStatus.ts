import type { RunDetails, StepReport } from '../../recipes/engine/index.js';
import type { Output } from '../createOutput.js';
import { renderStanding } from './renderStanding.js';

/** The states of the journal in words for people. */
const STATES: Readonly<Record<StepReport['state'], string>> = {
  pending: 'to do',
  satisfied: 'as found',
  intended: 'interrupted',
  applied: 'unverified',
  done: 'done',
  failed: 'failed',
  undone: 'undone',
  'undo-failed': 'not undone',
};

/** Prints the state of a run: when it ran, what was done, what is left, and what to do next. */
export function renderStatus(output: Output, status: RunDetails): void {
  const { state, runId, startedAt, lastAt, steps, direction } = status;
  output.print(
    `${output.style('bold', state)}: run ${runId} on ${status.plan.host.hostname}, wca ${status.plan.toolVersion}`,
  );
  output.print(
    `begun ${startedAt}, last record ${lastAt} (${duration(Date.parse(lastAt) - Date.parse(startedAt))} later)`,
  );
  if (status.runningPid !== null) output.print(`process ${status.runningPid} is carrying it out right now`);
  for (const { id, state: was, title, durationMs, error, notes } of steps) {
    const took = durationMs === 0 ? '' : duration(durationMs);
    output.print(`  ${STATES[was].padEnd(11)} ${id.padEnd(20)} ${took.padStart(8)}  ${title}`);
    if (error !== undefined) output.print(`             ${error.message}`);
    for (const note of notes ?? []) output.print(`             ${note}`);
  }
  if (status.failure !== null) output.print(`failed: ${status.failure.error.message}`);
  const left = stepsLeft(steps, direction).length;
  if (state === 'interrupted')
    output.print(`${left} of ${steps.length} steps are left ${direction === 'forward' ? 'to do' : 'to undo'}`);
  output.print(`journal: ${status.journal}`);
  if (state === 'interrupted' && status.runningPid === null)
    output.print(
      `next: wca migrate-off-root ${direction === 'forward' ? 'resume, or wca migrate-off-root rollback to undo it' : 'rollback'}`,
    );
  if (state === 'applied') output.print('to undo: wca migrate-off-root rollback');
  renderStanding(output, status);
}

/** The steps that are still to be done, or to be undone. */
export function stepsLeft(steps: readonly StepReport[], direction: RunDetails['direction']): readonly StepReport[] {
  const open: readonly StepReport['state'][] =
    direction === 'forward'
      ? ['pending', 'intended', 'applied', 'failed']
      : ['intended', 'applied', 'done', 'failed', 'undo-failed'];
  return steps.filter(({ state }) => open.includes(state));
}

/** `0.4 s`, `12 min 3 s`, `2 d 4 h`. */
function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
