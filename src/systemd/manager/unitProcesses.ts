import type { ResultAsync } from 'neverthrow';
import type { IoError } from '../../posix/paths/index.js';
import { listProcesses } from '../../posix/processes/index.js';
import type { ProcessStatus } from '../../posix/processes/index.js';
import { isWithin } from './insideUnit.js';
import type { UnitState } from './showUnit.js';

/** What tells the processes of a unit from others. */
type UnitRun = Pick<UnitState, 'controlGroup' | 'mainPid'>;

/**
 * Lists the processes of a unit that runs: all in its control group, and what its main process started.
 *
 * It is no snapshot, see `listProcesses`. Errors: `IO`.
 */
export function unitProcesses(unit: UnitRun): ResultAsync<readonly ProcessStatus[], IoError> {
  return listProcesses()
    .mapErr((error) => error as IoError) // without a signal nothing is aborted
    .map((processes) => processesOf(processes, unit));
}

type Process = Pick<ProcessStatus, 'pid' | 'ppid' | 'cgroup'>;

/**
 * Those of these processes that belong to the unit; pure.
 *
 * Where the control groups of processes cannot be compared with what systemd says, as in a container without a namespace
 * of its own for them, the parents tell.
 */
export function processesOf<T extends Process>(
  processes: readonly T[],
  { controlGroup, mainPid }: UnitRun,
): readonly T[] {
  const members = new Set<number>();
  for (const { pid, cgroup } of processes) {
    if (pid === mainPid || (controlGroup.length > 1 && isWithin(cgroup, controlGroup))) members.add(pid);
  }
  // A child may be listed before its parent: pids start again from below.
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const { pid, ppid } of processes) if (members.has(ppid)) members.add(pid);
  }
  return processes.filter(({ pid }) => members.has(pid));
}
