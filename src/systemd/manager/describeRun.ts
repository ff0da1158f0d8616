import type { RunState } from './runState.js';

/** One sentence on where a unit stands and why its last processes ended. */
export function describeRun(state: RunState): string {
  const { activeState, subState, result, nRestarts, execMainCode, failedCommand, skipped } = state;
  const main =
    execMainCode === null ? '' : `, ${ending({ ...state, code: execMainCode, status: state.execMainStatus })}`;
  const other = failedCommand === null ? '' : `, ${failedCommand.setting}=: ${ending(failedCommand)}`;
  const unmet = skipped ? ', a Condition…= or Assert…= of it does not hold' : '';
  const restarts = nRestarts === 0 ? '' : `, restarted ${nRestarts} ${nRestarts === 1 ? 'time' : 'times'}`;
  const how = result === '' ? '' : `, result '${result}'`;
  return `it is ${activeState} (${subState})${how}${main}${other}${unmet}${restarts}`;
}

function ending({
  code,
  status,
  exitExplained,
}: {
  readonly code: 'exited' | 'killed' | 'dumped';
  readonly status: number;
  readonly exitExplained: string | null;
}): string {
  if (code === 'exited') return `exit status ${exitExplained ?? status}`;
  const signal = Object.entries(process.getBuiltinModule('node:os').constants.signals).find(
    ([, number]) => number === status,
  )?.[0];
  return `${code === 'dumped' ? 'dumped core on' : 'killed by'} ${signal ?? `signal ${status}`}`;
}
