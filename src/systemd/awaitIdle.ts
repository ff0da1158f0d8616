import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkUnitName } from './checkUnitName.js';
import { systemctl } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** The unit was busy all the time. */
export type NotIdle = { readonly code: 'NOT_IDLE'; readonly message: string; readonly unit: string };

/** How long one look lasts, and how much processor time in it still counts as doing nothing. */
const WINDOW_MS = 2000;
const QUIET_NS = 60_000_000n;

/**
 * Waits for a moment in which a service does next to nothing: all its processes together use less than 3 % of one
 * processor for two seconds.
 *
 * What counts is the processor time of the unit's cgroup as the manager accounts it, so a service that waits for the
 * network looks idle while it is in the middle of something. A unit that is not running is idle.
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
export function awaitIdle(unit: string, seconds: number): ResultAsync<void, SystemdError | NotIdle> {
  return new ResultAsync(wait(unit, seconds));
}

async function wait(unit: string, seconds: number): Promise<Result<void, SystemdError | NotIdle>> {
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
    if (after.value === null || after.value - before.value < QUIET_NS) return ok(undefined);
    if (performance.now() >= deadline) {
      const message = `${unit} was busy for all of ${seconds} s; wait longer, or go on without waiting`;
      return err({ code: 'NOT_IDLE', message, unit });
    }
  }
}

/** Nanoseconds used so far by everything in the unit's cgroup; null when nothing is accounted, as of a stopped unit. */
function processorTime(unit: string): ResultAsync<bigint | null, SystemdError> {
  return systemctl(['show', '--property', 'CPUUsageNSec', '--', unit], { unit }).map(({ stdout }) => {
    const nanoseconds = /^CPUUsageNSec=(\d+)$/m.exec(stdout)?.[1];
    // 2^64-1 is systemd's "not known".
    return nanoseconds === undefined || nanoseconds === '18446744073709551615' ? null : BigInt(nanoseconds);
  });
}
