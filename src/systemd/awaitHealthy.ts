import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readProcess } from '../posix/index.js';
import type { ProcessStatus } from '../posix/index.js';
import { describeRun } from './describeRun.js';
import { identityMismatch } from './identityMismatch.js';
import type { WantedIdentity } from './identityMismatch.js';
import { journalTail } from './journalTail.js';
import { runState } from './runState.js';
import type { RunState } from './runState.js';
import type { SystemdError } from './systemdError.js';

/** What the service must be, and for how long. */
export interface HealthRequest extends WantedIdentity {
  /** Seconds for which the same process must live. 2 × `RestartSec=`, and at least 15, shows what comes and goes. */
  readonly holdSeconds: number;
  /** Milliseconds for everything, coming up included. */
  readonly deadlineMs: number;
  /** `accept`: for oneshots, one that has ended well (`inactive` or `active (exited)`, result success) is healthy. */
  readonly finished?: 'accept';
  /** Called with a short sentence at each change. */
  readonly onProgress?: (message: string) => void;
  /** Aborting it ends the wait as if the time were over. */
  readonly signal?: AbortSignal;
}

/** A service that held. Ids, groups and umask are those of its process; null for a oneshot that has ended. */
export interface HealthReport {
  /** 0 for a oneshot that has ended. */
  readonly mainPid: number;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly groups: readonly number[] | null;
  readonly umask: number | null;
  /** Milliseconds for which the same process was seen. */
  readonly heldMs: number;
}

/** A service that did not come up or stay, or is not what it should be. Secrets are hidden in all of it. */
export type UnhealthyError =
  | SystemdError
  | {
      /**
       * `UNIT_DID_NOT_START`: it failed, ended, or kept restarting. `UNIT_DID_NOT_STAY`: it was up and its process
       * changed. `UNIT_IDENTITY_WRONG`: it is up with other ids, groups or umask. `HEALTH_TIMEOUT`: the time was over.
       */
      readonly code: 'UNIT_DID_NOT_START' | 'UNIT_DID_NOT_STAY' | 'UNIT_IDENTITY_WRONG' | 'HEALTH_TIMEOUT';
      readonly message: string;
      readonly unit: string;
      /** What systemd said at that moment. */
      readonly seen: RunState;
      /** Its last lines; empty when they could not be read. */
      readonly journal: string;
    };

const POLL_MS = 250;
/** Between fork and exec a process still has systemd's own ids; this long it may take to have the unit's. */
const SETTLE_MS = 2_000;
/** A unit may be seen inactive shortly after its start was asked for. */
const INACTIVE_MS = 3_000;
/** So many automatic restarts while coming up mean that it will not: systemd's own default burst. */
const RESTARTS = 5;
const JOURNAL_LINES = 15;

/**
 * Succeeds only when one and the same process was the unit's main process for the whole hold, with the ids, groups and
 * umask asked for, read from `/proc` and not from what the unit says.
 *
 * `systemctl start` of a `Type=simple` unit is a success whatever happens, and with `Restart=always` a service that
 * dies at once looks active half of the time. It fails early where waiting is pointless: the unit failed, systemd could
 * not start the program (exit status 200 to 244), or it restarted again and again. Whether the service does its work,
 * or its children are healthy, is not seen.
 *
 * Errors: {@link UnhealthyError}, with what was seen, the exit status explained, and the end of the journal.
 *
 * @example
 * ```ts
 * import { awaitHealthy } from '@wca/runtime-sdk/systemd';
 *
 * const wanted = { uid: 1000, umask: 0o002, holdSeconds: 20, deadlineMs: 90_000 };
 * const healthy = await awaitHealthy('kimaki.service', wanted);
 * if (healthy.isErr()) console.error(healthy.error.code, healthy.error.message);
 * else console.log(healthy.value.mainPid, healthy.value.heldMs);
 * ```
 */
export function awaitHealthy(unit: string, request: HealthRequest): ResultAsync<HealthReport, UnhealthyError> {
  return new ResultAsync(watch(unit, request));
}

async function watch(unit: string, request: HealthRequest): Promise<Result<HealthReport, UnhealthyError>> {
  const deadline = performance.now() + request.deadlineMs;
  const timeIsOver = (): boolean => performance.now() > deadline || request.signal?.aborted === true;
  const up = await comeUp(unit, request, timeIsOver);
  if (up.isErr()) return err(up.error);
  if (up.value.mainPid === 0) return ok({ mainPid: 0, uid: null, gid: null, groups: null, umask: null, heldMs: 0 });
  return hold(unit, up.value, request, timeIsOver);
}

async function comeUp(
  unit: string,
  request: HealthRequest,
  timeIsOver: () => boolean,
): Promise<Result<RunState, UnhealthyError>> {
  const began = performance.now();
  let first: RunState | null = null;
  let told = '';
  for (;;) {
    const asked = await runState(unit);
    if (asked.isErr()) return err(asked.error);
    const state = asked.value;
    first ??= state;
    const { activeState, subState, mainPid, result } = state;
    if (told !== `${activeState} (${subState})`)
      request.onProgress?.(`${unit} is ${(told = `${activeState} (${subState})`)}`);
    if (activeState === 'active' && subState === 'running' && mainPid !== 0) return ok(state);
    const ended = activeState === 'inactive' || (activeState === 'active' && subState === 'exited');
    if (ended && request.finished === 'accept' && result === 'success') return ok({ ...state, mainPid: 0 });
    const hopeless =
      activeState === 'failed' ||
      (activeState === 'inactive' && performance.now() - began > INACTIVE_MS) ||
      (subState === 'auto-restart' && state.exitExplained !== null) ||
      state.nRestarts - first.nRestarts >= RESTARTS;
    if (hopeless)
      return err(await unhealthy('UNIT_DID_NOT_START', unit, state, `did not come up: ${describeRun(state)}`));
    if (timeIsOver())
      return err(await unhealthy('HEALTH_TIMEOUT', unit, state, `was not up in time: ${describeRun(state)}`));
    await sleep(POLL_MS);
  }
}

async function hold(
  unit: string,
  up: RunState,
  request: HealthRequest,
  timeIsOver: () => boolean,
): Promise<Result<HealthReport, UnhealthyError>> {
  const { mainPid, nRestarts } = up;
  const began = performance.now();
  request.onProgress?.(`${unit} runs as process ${mainPid}; it must stay for ${request.holdSeconds} s`);
  for (;;) {
    const asked = await runState(unit);
    if (asked.isErr()) return err(asked.error);
    const state = asked.value;
    const same = state.mainPid === mainPid && state.nRestarts === nRestarts;
    if (!same || state.activeState !== 'active' || state.subState !== 'running') {
      return err(
        await unhealthy(
          'UNIT_DID_NOT_STAY',
          unit,
          state,
          `did not stay up, process ${mainPid} ended: ${describeRun(state)}`,
        ),
      );
    }
    const read = await readProcess(mainPid);
    const heldMs = performance.now() - began;
    // Gone between two questions: systemd will know at the next.
    const wrong = read.isErr() ? `process ${mainPid} is gone` : identityMismatch(read.value, request);
    if (wrong !== null && read.isOk() && heldMs > SETTLE_MS) {
      return err(await unhealthy('UNIT_IDENTITY_WRONG', unit, state, `is up, but ${wrong}`));
    }
    if (wrong === null && read.isOk() && heldMs >= request.holdSeconds * 1000) return ok(report(read.value, heldMs));
    if (timeIsOver()) {
      const held = `${Math.floor(heldMs / 1000)} of ${request.holdSeconds} s`;
      return err(await unhealthy('HEALTH_TIMEOUT', unit, state, `was up for ${held} when the time was over`));
    }
    await sleep(Math.min(POLL_MS, Math.max(20, request.holdSeconds * 1000 - heldMs)));
  }
}

function report({ pid, uid, gid, groups, umask }: ProcessStatus, heldMs: number): HealthReport {
  return { mainPid: pid, uid, gid, groups, umask, heldMs: Math.round(heldMs) };
}

async function unhealthy(
  code: 'UNIT_DID_NOT_START' | 'UNIT_DID_NOT_STAY' | 'UNIT_IDENTITY_WRONG' | 'HEALTH_TIMEOUT',
  unit: string,
  seen: RunState,
  what: string,
): Promise<UnhealthyError> {
  const journal = (await journalTail(unit, JOURNAL_LINES)).unwrapOr('');
  return { code, message: `${unit} ${what}; see: journalctl -u ${unit}`, unit, seen, journal };
}
