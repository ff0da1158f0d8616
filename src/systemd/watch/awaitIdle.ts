import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { listProcesses } from '../../posix/processes/index.js';
import { aborted } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { checkUnitName } from '../names/index.js';
import { isWithin, showUnit } from '../manager/index.js';
import type { ManagerOptions, SystemdError } from '../manager/index.js';

/** The unit was busy until the deadline. */
export interface NotIdle {
  readonly code: 'NOT_IDLE';
  readonly message: string;
  readonly unit: string;
}

/** Why a unit was not seen idle. */
export type AwaitIdleError = SystemdError | IoError | NotIdle;

/** How long one look lasts, and how many ticks of processor time, of 10 ms each, still count as idle. */
const WINDOW_MS = 2000;
const QUIET_TICKS = 6;

/**
 * Waits until a service is idle: all its processes together use less than 3 % of one processor for two seconds.
 *
 * What counts is the processor time of the processes in the unit's cgroup (proc_pid_stat(5)), so a service that waits
 * for an answer over the network looks idle. A unit that is not running is idle.
 *
 * Errors: `NOT_IDLE` when it was busy until the deadline, `ABORTED`, and those of asking the manager.
 *
 * @param unit - full name
 * @param options - `deadlineMs`: how long to wait at most
 *
 * @example
 * ```ts
 * import { awaitIdle } from '@wca/runtime-sdk/systemd';
 *
 * const idle = await awaitIdle('kimaki.service', { deadlineMs: 60_000 });
 * if (idle.isErr()) console.error(idle.error.code, idle.error.message);
 * ```
 */
export function awaitIdle(
  unit: string,
  options: ManagerOptions & { readonly deadlineMs: number },
): ResultAsync<void, AwaitIdleError> {
  return new ResultAsync(wait(unit, options));
}

async function wait(
  unit: string,
  { deadlineMs, ...options }: ManagerOptions & { readonly deadlineMs: number },
): Promise<Result<void, AwaitIdleError>> {
  const name = checkUnitName(unit);
  if (name.isErr()) return err(name.error);
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    if (options.signal?.aborted === true) return err(aborted(`stopped waiting for ${unit} to be idle`));
    const before = await processorTime(unit, options);
    if (before.isErr()) return err(before.error);
    if (before.value === null) return ok(undefined);
    await sleep(WINDOW_MS);
    const after = await processorTime(unit, options);
    if (after.isErr()) return err(after.error);
    if (after.value === null || after.value - before.value < QUIET_TICKS) return ok(undefined);
    if (performance.now() >= deadline) {
      const message = `${unit} was busy for all of ${deadlineMs / 1000} s; wait longer, or go on without waiting`;
      return err({ code: 'NOT_IDLE', message, unit });
    }
  }
}

/** Clock ticks used so far by every process of the unit; null when it has none. */
async function processorTime(
  unit: string,
  options: ManagerOptions,
): Promise<Result<number | null, SystemdError | IoError>> {
  const state = await showUnit(unit, options);
  if (state.isErr()) return err(state.error);
  const processes = await listProcesses();
  if (processes.isErr()) return err(processes.error);
  const { controlGroup } = state.value;
  const own = controlGroup === '' ? [] : processes.value.filter(({ cgroup }) => isWithin(cgroup, controlGroup));
  if (own.length === 0) return ok(null);
  const times = await Promise.all(own.map(({ pid }) => readFile(`/proc/${pid}/stat`, 'latin1').then(ticksOf, () => 0)));
  return ok(times.reduce((sum, ticks) => sum + ticks, 0));
}

/** utime and stime: fields 14 and 15 of proc_pid_stat(5), counted behind the name, which may hold anything. */
export function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
