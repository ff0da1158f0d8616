import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readProcess } from '../../posix/processes/index.js';
import { showUnit } from './showUnit.js';
import type { ManagerOptions } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/**
 * Whether this process, or any process it descends from, belongs to the unit: stopping the unit would then stop us.
 *
 * A process that left the unit's cgroup is found through its parents for as long as they live; one that was handed to
 * PID 1 is not (`systemd-run` without `--scope`, which is the way out). A unit that does not run contains nobody.
 *
 * Errors: those of `showUnit`.
 */
export function insideUnit(unit: string, options: ManagerOptions = {}): ResultAsync<boolean, SystemdError> {
  return new ResultAsync(walk(unit, options));
}

async function walk(unit: string, options: ManagerOptions): Promise<Result<boolean, SystemdError>> {
  const shown = await showUnit(unit, options);
  if (shown.isErr()) return err(shown.error);
  const { controlGroup } = shown.value;
  if (controlGroup === '' || controlGroup === '/') return ok(false);
  const seen = new Set<number>();
  for (let pid = process.pid; pid > 0 && !seen.has(pid);) {
    seen.add(pid);
    const found = await readProcess(pid);
    if (found.isErr()) {
      // A parent that ended has left nothing to ask.
      if (found.error.code === 'PROCESS_GONE') return ok(false);
      return err(found.error);
    }
    if (isWithin(found.value.cgroup, controlGroup)) return ok(true);
    pid = found.value.ppid;
  }
  return ok(false);
}

/** Sub-cgroups of the unit (`Delegate=`) belong to it. */
export function isWithin(cgroup: string, unitCgroup: string): boolean {
  return cgroup === unitCgroup || cgroup.startsWith(`${unitCgroup}/`);
}
