import type { ResultAsync } from 'neverthrow';
import { checkUnitName } from './checkUnitName.js';
import { systemctl } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** Longer than what systemd gives a unit for stopping and for starting by default, 90 s each. */
const JOB_TIMEOUT_MS = 240_000;

/** Starts, stops or restarts one unit, and ends when the job has. */
export function runJob(verb: 'start' | 'stop' | 'restart', unit: string): ResultAsync<void, SystemdError> {
  return checkUnitName(unit)
    .asyncAndThen((name) => systemctl([verb, '--', name], { unit: name, timeoutMs: JOB_TIMEOUT_MS }))
    .map(() => undefined);
}
