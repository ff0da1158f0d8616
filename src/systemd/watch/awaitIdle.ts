import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { listProcesses } from '../../posix/processes/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { checkUnitName } from '../names/index.js';
import { isWithin, showUnit } from '../manager/index.js';
import type { SystemdError } from '../manager/index.js';

/** The unit was busy all the time. */
export type NotIdle = { readonly code: 'NOT_IDLE'; readonly message: string; readonly unit: string };

/** How long one look lasts, and how much processor time in it, of 10 ms each, still counts as doing nothing. */
const WINDOW_MS = 2000;
const QUIET_TICKS = 6;

/**
 * Waits for a moment in which a service does next to nothing: all its processes together use less than 3 % of one
 * processor for two seconds.
 *
 * What counts is the processor time of the processes in the unit's cgroup (proc_pid_stat(5)), so a service that waits
 * for the network looks idle while it is in the middle of something. A unit that is not running is idle.
 *
 * Errors: `NOT_IDLE` when there was no such moment in time, and those of asking the manager.
 *
 * @param unit - full name
 * @param seconds - how long to wait at most
 *
 * @example
 * ```ts
 * import { awaitIdle } from '@wca/runtime-sdk/systemd';
 *
 * const idle = await awaitIdle('kimaki.service', 60);
 * if (idle.isErr()) console.error(idle.error.code, idle.error.message);
 * ```
 */
export function awaitIdle(unit: string, seconds: number): ResultAsync<void, SystemdError | IoError | NotIdle> {
  return new ResultAsync(wait(unit, seconds));
}

async function wait(unit: string, seconds: number): Promise<Result<void, SystemdError | IoError | NotIdle>> {
  const name = checkUnitName(unit);
  if (name.isErr()) return err(name.error);
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const before = await processorTime(unit);
    if (before.isErr()) return err(before.error);
    if (before.value === null) return ok(undefined);
    await sleep(WINDOW_MS);
    const after = await processorTime(unit);
    if (after.isErr()) return err(after.error);
    if (after.value === null || after.value - before.value < QUIET_TICKS) return ok(undefined);
    if (performance.now() >= deadline) {
      const message = `${unit} was busy for all of ${seconds} s; wait longer, or go on without waiting`;
      return err({ code: 'NOT_IDLE', message, unit });
    }
  }
}

/** Clock ticks used so far by every process of the unit; null when it has none. */
async function processorTime(unit: string): Promise<Result<number | null, SystemdError | IoError>> {
  const state = await showUnit(unit);
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
