import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readProcess } from '../posix/index.js';
import type { ProcessStatus } from '../posix/index.js';
import { checkRunnableName } from './checkRunnableName.js';
import { defaultHoldSeconds } from './defaultHoldSeconds.js';
import { describeRun } from './describeRun.js';
import { identityMismatch } from './identityMismatch.js';
import type { WantedIdentity } from './identityMismatch.js';
import { journalTail } from './journalTail.js';
import { parseShow, parseTimeSpan } from './parseShow.js';
import { questionTime, runState } from './runState.js';
import type { RunState } from './runState.js';
import { systemctl, unitMasked } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** What the service must be, and for how long. */
export interface HealthRequest extends WantedIdentity {
  /** Seconds for which the same process must live. Default: `defaultHoldSeconds` of the unit's `RestartSec=`. */
  readonly holdSeconds?: number;
  /** Milliseconds for everything, coming up included. Default: the hold and 90 s, systemd's own limit for a start. */
  readonly deadlineMs?: number;
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

type UnhealthyCode =
  | 'UNIT_DID_NOT_START'
  | 'UNIT_DID_NOT_STAY'
  | 'UNIT_IDENTITY_WRONG'
  | 'UNIT_WITHOUT_MAIN_PROCESS'
  | 'HEALTH_TIMEOUT';

/** A service that did not come up or stay, or is not what it should be. Secrets are hidden in all of it. */
export type UnhealthyError =
  | SystemdError
  | {
      /**
       * `UNIT_DID_NOT_START`: it failed, ended, or kept restarting. `UNIT_DID_NOT_STAY`: it was up and its process
       * changed. `UNIT_IDENTITY_WRONG`: it is up with other ids, groups or umask. `UNIT_WITHOUT_MAIN_PROCESS`: it is
       * up and systemd does not know which process to watch. `HEALTH_TIMEOUT`: the time was over.
       */
      readonly code: UnhealthyCode;
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
/** Coming up, on top of the hold: `DefaultTimeoutStartSec=` of systemd-system.conf(5). */
const START_MS = 90_000;
/** So many automatic restarts while coming up mean that it will not: systemd's own default burst. */
const RESTARTS = 5;
const JOURNAL_LINES = 15;

/**
 * Succeeds only when one and the same process was the unit's main process for the whole hold, with the ids, groups and
 * umask asked for, read from `/proc` and not from what the unit says.
 *
 * `systemctl start` of a `Type=simple` unit is a success whatever happens, and with `Restart=always` a service that
 * dies at once looks active half of the time. It fails early where waiting is pointless: the unit failed, systemd could
 * not start the program (exit status 200 to 246), or it restarted again and again. Whether the service does its work,
 * or its children are healthy, is not seen. When systemd does not answer, it takes up to five seconds more than the
 * deadline.
 *
 * Errors: {@link UnhealthyError}, with what was seen, the exit status explained, and the end of the journal.
 *
 * @example
 * ```ts
 * import { awaitHealthy } from '@wca/runtime-sdk/systemd';
 *
 * const wanted = { uid: 1000, gid: 1000, umask: 0o002 };
 * const healthy = await awaitHealthy('kimaki.service', wanted);
 * if (healthy.isErr()) console.error(healthy.error.code, healthy.error.message);
 * else console.log(healthy.value.mainPid, healthy.value.heldMs);
 * ```
 */
export function awaitHealthy(unit: string, request: HealthRequest): ResultAsync<HealthReport, UnhealthyError> {
  return new ResultAsync(watch(unit, request));
}

/** The request with its defaults, and the moment at which all must be over. */
interface Watch extends HealthRequest {
  readonly holdSeconds: number;
  readonly deadline: number;
}

async function watch(unit: string, request: HealthRequest): Promise<Result<HealthReport, UnhealthyError>> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return err(name.error);
  const held = request.holdSeconds === undefined ? await unitHold(unit) : ok(request.holdSeconds);
  if (held.isErr()) return err(held.error);
  const holdSeconds = held.value;
  const deadline = performance.now() + (request.deadlineMs ?? holdSeconds * 1000 + START_MS);
  const all: Watch = { ...request, holdSeconds, deadline };
  const up = await comeUp(unit, all);
  if (up.isErr()) return err(up.error);
  if (up.value.mainPid === 0) return ok({ mainPid: 0, uid: null, gid: null, groups: null, umask: null, heldMs: 0 });
  return hold(unit, up.value, all);
}

async function unitHold(unit: string): Promise<Result<number, SystemdError>> {
  const shown = await systemctl(['show', '--property=RestartUSec', '--', unit], { unit });
  return shown.map(({ stdout }) => {
    const micros = parseTimeSpan(parseShow(stdout).get('RestartUSec') ?? '');
    return defaultHoldSeconds(micros === null ? null : micros / 1e6);
  });
}

function timeIsOver({ deadline, signal }: Watch): boolean {
  return performance.now() > deadline || signal?.aborted === true;
}

async function look(unit: string, { deadline }: Watch): Promise<Result<RunState, SystemdError>> {
  const asked = await runState(unit, questionTime(deadline));
  return asked.andThen((state) => (state.loadState === 'masked' ? err(unitMasked(unit)) : ok(state)));
}

async function comeUp(unit: string, request: Watch): Promise<Result<RunState, UnhealthyError>> {
  const began = performance.now();
  let first: RunState | null = null;
  let told = '';
  for (;;) {
    const asked = await look(unit, request);
    if (asked.isErr()) return err(asked.error);
    const state = asked.value;
    first ??= state;
    const { activeState, subState, mainPid, result } = state;
    const now = `${activeState} (${subState})`;
    if (told !== now) request.onProgress?.(`${unit} is ${now}`);
    told = now;
    const isUp = activeState === 'active' && subState === 'running';
    if (isUp && mainPid !== 0) return ok(state);
    const ended = activeState === 'inactive' || (activeState === 'active' && subState === 'exited');
    if (ended && request.finished === 'accept' && result === 'success' && !state.skipped)
      return ok({ ...state, mainPid: 0 });
    const settled = performance.now() - began > INACTIVE_MS;
    if (isUp && settled) return err(await unhealthy('UNIT_WITHOUT_MAIN_PROCESS', unit, state, NO_MAIN_PROCESS));
    const hopeless =
      activeState === 'failed' ||
      (ended && settled) ||
      (subState === 'auto-restart' && isSystemds(state)) ||
      state.nRestarts - first.nRestarts >= RESTARTS;
    if (hopeless)
      return err(await unhealthy('UNIT_DID_NOT_START', unit, state, `did not come up: ${describeRun(state)}`));
    if (timeIsOver(request))
      return err(await unhealthy('HEALTH_TIMEOUT', unit, state, `was not up in time: ${describeRun(state)}`));
    await sleep(POLL_MS);
  }
}

/** Of a forking service, for example, that leaves several processes. */
const NO_MAIN_PROCESS = 'is active, but systemd does not know its main process; give the unit a PIDFile=';

/** systemd could not start a program, and will not be able to the next time. */
function isSystemds({ exitExplained, failedCommand }: RunState): boolean {
  return exitExplained !== null || (failedCommand !== null && failedCommand.exitExplained !== null);
}

async function hold(unit: string, up: RunState, request: Watch): Promise<Result<HealthReport, UnhealthyError>> {
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
function isSameRun(up: RunState, now: RunState): boolean {
  const same =
    now.mainPid === up.mainPid && now.nRestarts === up.nRestarts && now.invocationId === up.invocationId;
  // A reload keeps the process.
  return same && ((now.activeState === 'active' && now.subState === 'running') || now.activeState === 'reloading');
}

function report({ pid, uid, gid, groups, umask }: ProcessStatus, heldMs: number): HealthReport {
  return { mainPid: pid, uid, gid, groups, umask, heldMs: Math.round(heldMs) };
}

async function unhealthy(
  code: UnhealthyCode,
  unit: string,
  seen: RunState,
  what: string,
): Promise<UnhealthyError> {
  const journal = (await journalTail(unit, JOURNAL_LINES)).unwrapOr('');
  return { code, message: `${unit} ${what}; see: journalctl -u ${unit}`, unit, seen, journal };
}
