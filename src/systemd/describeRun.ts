import { constants } from 'node:os';
import type { RunState } from './runState.js';

/** One sentence on where a service stands and why its last process ended. */
export function describeRun(state: RunState): string {
  const { activeState, subState, result, nRestarts } = state;
  const restarts = nRestarts === 0 ? '' : `, restarted ${nRestarts} ${nRestarts === 1 ? 'time' : 'times'}`;
  return `it is ${activeState} (${subState}), result '${result}'${ending(state)}${restarts}`;
}

function ending({ execMainCode, execMainStatus, exitExplained }: RunState): string {
  if (execMainCode === null) return '';
  if (execMainCode === 'exited') return `, exit status ${exitExplained ?? execMainStatus}`;
  const signal = Object.entries(constants.signals).find(([, number]) => number === execMainStatus)?.[0];
  return `, ${execMainCode === 'dumped' ? 'dumped core on' : 'killed by'} ${signal ?? `signal ${execMainStatus}`}`;
}
