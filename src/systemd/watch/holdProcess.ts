import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readProcess } from '../../posix/processes/index.js';
import type { ProcessStatus } from '../../posix/processes/index.js';
import { describeRun } from '../manager/index.js';
import { POLL_MS, look, timeIsOver, unhealthy } from './health.js';
import type { HealthReport, UnhealthyError, Watch } from './health.js';
import { identityMismatch } from './identityMismatch.js';
import type { RunState } from '../manager/index.js';

/** Between fork and exec a process still has systemd's own ids; this long it may take to have the unit's. */
const SETTLE_MS = 2_000;

/** Watches the process of `up` for the whole hold. */
export async function holdProcess(
  unit: string,
  up: RunState,
  request: Watch,
): Promise<Result<HealthReport, UnhealthyError>> {
  const { mainPid } = up;
  const holdMs = request.holdSeconds * 1000;
  const began = performance.now();
  request.onProgress?.(`${unit} runs as process ${mainPid}; it must stay for ${request.holdSeconds} s`);
  for (;;) {
    const asked = await look(unit, request);
    if (asked.isErr()) return err(asked.error);
    const state = asked.value;
    if (!isSameRun(up, state)) {
      const what = `did not stay up, process ${mainPid} ended: ${describeRun(state)}`;
      return err(await unhealthy('UNIT_DID_NOT_STAY', unit, state, what));
    }
    const read = await readProcess(mainPid);
    const heldMs = performance.now() - began;
    // Gone between two questions: systemd will know at the next.
    const wrong = read.isErr() ? `process ${mainPid} is gone` : identityMismatch(read.value, request);
    if (wrong !== null && read.isOk() && heldMs > SETTLE_MS) {
      return err(await unhealthy('UNIT_IDENTITY_WRONG', unit, state, `is up, but ${wrong}`));
    }
    if (wrong === null && read.isOk() && heldMs >= holdMs) return ok(report(read.value, heldMs));
    if (timeIsOver(request)) {
      const held = `${Math.floor(heldMs / 1000)} of ${request.holdSeconds} s`;
      return err(await unhealthy('HEALTH_TIMEOUT', unit, state, `was up for ${held} when the time was over`));
    }
    await sleep(Math.min(POLL_MS, Math.max(20, holdMs - heldMs)));
  }
}

/** A start by hand sets the count of restarts back, and a pid may come again: the id of the run tells them apart. */
export function isSameRun(up: RunState, now: RunState): boolean {
  const same = now.mainPid === up.mainPid && now.nRestarts === up.nRestarts && now.invocationId === up.invocationId;
  // A reload keeps the process.
  return same && ((now.activeState === 'active' && now.subState === 'running') || now.activeState === 'reloading');
}

function report({ pid, uid, gid, groups, umask }: ProcessStatus, heldMs: number): HealthReport {
  return { mainPid: pid, uid, gid, groups, umask, heldMs: Math.round(heldMs) };
}
