import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { aborted } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { openBy, readProcess } from '../../posix/processes/index.js';
import type { ProcessStatus } from '../../posix/processes/index.js';
import {
  describeRun,
  parseShow,
  parseTimeSpan,
  questionTime,
  readJournal,
  readRunState,
  showUnit,
  systemctl,
  unitMasked,
  unitProcesses,
} from '../manager/index.js';
import type { RunState, SystemdError, UnitState } from '../manager/index.js';
import { checkRunnableName } from '../names/index.js';
import { identityMismatch } from './identityMismatch.js';
import type { WantedIdentity } from './identityMismatch.js';
import { keepersOf } from './keepers.js';
import type { Keeper, WantedOpen } from './keepers.js';

/** What the service must be, and for how long. @inline */
export interface HealthRequest extends WantedIdentity {
  /** Milliseconds for which the same process must run. Default: `defaultWatchMs` of the unit's `RestartSec=`. */
  readonly watchMs?: number;
  /** Milliseconds for everything, the start included. Default: `watchMs` and 90 s, systemd's own limit for a start. */
  readonly deadlineMs?: number;
  /**
   * `accept`: a oneshot that has ended well (`inactive` or `active (exited)`, result success) is healthy. systemd forgets
   * a oneshot that nothing refers to as soon as it is inactive, so it looks the same before its start.
   */
  readonly finished?: 'accept';
  /**
   * What processes of the unit must have open within half a minute after its start, the same ones for the whole watch: a
   * main process may only start the one that does the work, live on when that dies, and start it again.
   */
  readonly open?: WantedOpen;
  /** Called with a short sentence at each change. */
  readonly onProgress?: (message: string) => void;
  /** Aborting it ends the wait with `ABORTED`; the service is left as it is. */
  readonly signal?: AbortSignal;
}

/** A healthy service. Ids, groups and umask are those of its process; null for a oneshot that has ended. @inline */
export interface HealthReport {
  /** 0 for a oneshot that has ended. */
  readonly mainPid: number;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly groups: readonly number[] | null;
  readonly umask: number | null;
  /** Milliseconds for which the same process was seen. */
  readonly watchedMs: number;
}

/** A service that did not start or keep running, or is not what it should be. Secrets are hidden in all of it. */
export interface UnitUnhealthy {
  /**
   * - `UNIT_DID_NOT_START`: it failed, ended, or kept restarting.
   * - `UNIT_DID_NOT_STAY`: it was up, and its process or one that had open what is wanted changed.
   * - `UNIT_LACKS_OPEN`: it is up, and none of its processes has open what is wanted.
   * - `UNIT_IDENTITY_WRONG`: it is up with other ids, groups or umask.
   * - `UNIT_WITHOUT_MAIN_PROCESS`: it is up and systemd does not know which process to watch.
   * - `HEALTH_TIMEOUT`: the deadline passed.
   */
  readonly code:
    | 'UNIT_DID_NOT_START'
    | 'UNIT_DID_NOT_STAY'
    | 'UNIT_LACKS_OPEN'
    | 'UNIT_IDENTITY_WRONG'
    | 'UNIT_WITHOUT_MAIN_PROCESS'
    | 'HEALTH_TIMEOUT';
  readonly message: string;
  readonly unit: string;
  /** What systemd said at that moment. */
  readonly seen: RunState;
  /** The last lines of its journal; empty when they could not be read. */
  readonly journal: string;
}

/** Why a service does not count as healthy. */
export type UnhealthyError = SystemdError | UnitUnhealthy | IoError;

/** The request with its defaults, and the moment at which all must be over. */
interface Watch extends HealthRequest {
  readonly watchMs: number;
  readonly deadline: number;
}

/** The start, on top of the watch: `DefaultTimeoutStartSec=` of systemd-system.conf(5). */
const START_MS = 90_000;
const POLL_MS = 250;
/** A process that ends between two questions is noticed at the next, by its pid and by systemd's count of restarts. */
const WATCH_POLL_MS = 1_000;
const JOURNAL_LINES = 15;
/** For so long after its start was asked for a unit may still be seen inactive. */
const INACTIVE_MS = 3_000;
/** So many automatic restarts mean that it will not start: systemd's own default burst. */
const RESTARTS = 5;
/** For so long after its start what must be open may still be closed. */
const OPEN_MS = 30_000;
/** Between fork and exec a process still has systemd's own ids; it may take this long to get the unit's. */
const SETTLE_MS = 2_000;

/**
 * Succeeds only when one and the same process was the unit's main process for `watchMs`, with the ids, groups and umask
 * asked for, read from `/proc` and not from what the unit says.
 *
 * `systemctl start` of a `Type=simple` unit always succeeds, and with `Restart=always` a service that exits at once looks
 * active half of the time. It fails early where waiting is pointless: the unit failed, systemd could not start the program
 * (exit status 200 to 246), or it restarted again and again. It does not see whether the service does its work; of its
 * children it watches those that have `open` what is asked for. When systemd does not answer, it takes up to five seconds
 * more than the deadline.
 *
 * Errors: {@link UnhealthyError}, with what was seen, the exit status explained, and the end of the journal; `ABORTED`.
 *
 * @example
 * ```ts
 * import { awaitHealthy } from '@wca/runtime-sdk/systemd';
 *
 * const wanted = { uid: 1000, gid: 1000, umask: 0o002 };
 * const healthy = await awaitHealthy('kimaki.service', wanted);
 * if (healthy.isErr()) console.error(healthy.error.code, healthy.error.message);
 * else console.log(healthy.value.mainPid, healthy.value.watchedMs);
 * ```
 */
export function awaitHealthy(unit: string, request: HealthRequest = {}): ResultAsync<HealthReport, UnhealthyError> {
  return new ResultAsync(watch(unit, request));
}

async function watch(unit: string, request: HealthRequest): Promise<Result<HealthReport, UnhealthyError>> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return err(name.error);
  const time = request.watchMs === undefined ? await watchTimeOf(unit, request) : ok(request.watchMs);
  if (time.isErr()) return err(time.error);
  const watchMs = time.value;
  const deadline = performance.now() + (request.deadlineMs ?? watchMs + START_MS);
  const all: Watch = { ...request, watchMs, deadline };
  const up = await awaitStart(unit, all);
  if (up.isErr()) return err(up.error);
  if (up.value.mainPid === 0) return ok({ mainPid: 0, uid: null, gid: null, groups: null, umask: null, watchedMs: 0 });
  const opened = await awaitOpen(unit, up.value, all);
  return opened.isErr() ? err(opened.error) : watchProcess(unit, up.value, opened.value, all);
}

/** What is wanted, who has it open, and the run of the unit that they belong to. */
interface Opened {
  readonly wanted: WantedOpen;
  readonly keepers: readonly Keeper[];
  readonly run: UnitState;
}

/** Waits until processes of the unit have open what is wanted; null where nothing is. */
async function awaitOpen(unit: string, up: RunState, request: Watch): Promise<Result<Opened | null, UnhealthyError>> {
  const { open: wanted, deadline } = request;
  if (wanted === undefined) return ok(null);
  const limit = Math.min(performance.now() + OPEN_MS, deadline);
  const shown = await showUnit(unit);
  if (shown.isErr()) return err(shown.error);
  for (;;) {
    const asked = await look(unit, request);
    if (asked.isErr()) return err(asked.error);
    if (!isSameRun(up, asked.value)) return err(await mainEnded(unit, up, asked.value));
    const found = await openIn(shown.value, wanted);
    if (found.isErr()) return err(found.error);
    const { keepers, missing } = found.value;
    if (missing.length === 0) return ok({ wanted, keepers, run: shown.value });
    if (performance.now() > limit) {
      return err(
        await unhealthy('UNIT_LACKS_OPEN', unit, asked.value, `is up, but no process of it ${missing.join(' or ')}`),
      );
    }
    await sleep(POLL_MS);
  }
}

async function openIn(
  run: UnitState,
  wanted: WantedOpen,
): Promise<Result<ReturnType<typeof keepersOf>, UnhealthyError>> {
  const processes = await unitProcesses(run);
  if (processes.isErr()) return err(processes.error);
  const open = await openBy(processes.value, wanted.below);
  return open.map((each) => keepersOf(each, wanted));
}

function mainEnded(unit: string, up: RunState, now: RunState): Promise<UnitUnhealthy> {
  const what = `did not keep running, process ${up.mainPid} ended: ${describeRun(now)}`;
  return unhealthy('UNIT_DID_NOT_STAY', unit, now, what);
}

/** What is wrong with a process that the unit depends on; null for nothing. */
async function keeperFault({ process: { pid, startTicks }, holds }: Keeper, request: Watch): Promise<string | null> {
  const now = await readProcess(pid);
  if (now.isErr() || now.value.startTicks !== startTicks)
    return `did not keep running, its process ${pid}, which ${holds}, ended`;
  const wrong = identityMismatch(now.value, request);
  return wrong === null ? null : `is up, but of its process ${pid}, which ${holds}, ${wrong}`;
}

async function watchTimeOf(unit: string, { signal }: HealthRequest): Promise<Result<number, SystemdError>> {
  const options = signal === undefined ? { unit } : { unit, signal };
  const shown = await systemctl(['show', '--property=RestartUSec', '--', unit], options);
  return shown.map(({ stdout }) => defaultWatchMs(parseTimeSpan(parseShow(stdout).get('RestartUSec') ?? '')));
}

/**
 * For how many milliseconds one and the same process must run before a service counts as healthy: twice the time systemd
 * waits before it starts a service again, and at least 15 seconds.
 *
 * Within less, a service that exits and is started again could be taken for one that runs. Where `RestartSteps=` (systemd
 * 254) makes the pauses longer, only the first one counts here.
 *
 * Source: systemd.service(5), `RestartSec=`.
 *
 * @param restartUsec - `RestartSec=` in microseconds; null for `infinity`, after which nothing is started again
 */
export function defaultWatchMs(restartUsec: number | null): number {
  return Math.max((2 * (restartUsec ?? 0)) / 1000, 15_000);
}

/** Waits until the unit runs (`mainPid` is its process) or has ended well where that is enough (`mainPid` is 0). */
async function awaitStart(unit: string, request: Watch): Promise<Result<RunState, UnhealthyError>> {
  const began = performance.now();
  let first: RunState | null = null;
  let told = '';
  for (;;) {
    const asked = await look(unit, request);
    if (asked.isErr()) return err(asked.error);
    const state = asked.value;
    first ??= state;
    const { activeState, subState, mainPid, result, jobPending } = state;
    const now = `${activeState} (${subState})`;
    if (told !== now) request.onProgress?.(`${unit} is ${now}`);
    told = now;
    const isUp = activeState === 'active' && subState === 'running';
    if (isUp && mainPid !== 0) return ok(state);
    const ended = !jobPending && (activeState === 'inactive' || (activeState === 'active' && subState === 'exited'));
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
      return err(await unhealthy('UNIT_DID_NOT_START', unit, state, `did not start: ${describeRun(state)}`));
    if (performance.now() > request.deadline)
      return err(await unhealthy('HEALTH_TIMEOUT', unit, state, `did not start in time: ${describeRun(state)}`));
    await sleep(POLL_MS);
  }
}

/** Of a forking service, for example, that leaves several processes. */
const NO_MAIN_PROCESS = 'is active, but systemd does not know its main process; give the unit a PIDFile=';

/** systemd could not start a program, and will not be able to the next time. */
function isSystemds({ exitExplained, failedCommand }: RunState): boolean {
  return exitExplained !== null || (failedCommand !== null && failedCommand.exitExplained !== null);
}

/** Watches the process of `up` until it has run for `watchMs`. */
async function watchProcess(
  unit: string,
  up: RunState,
  opened: Opened | null,
  request: Watch,
): Promise<Result<HealthReport, UnhealthyError>> {
  const { mainPid } = up;
  const { watchMs } = request;
  const began = performance.now();
  request.onProgress?.(`${unit} runs as process ${mainPid}; watching for ${watchMs / 1000} s that it keeps running`);
  for (;;) {
    const asked = await look(unit, request);
    if (asked.isErr()) return err(asked.error);
    const state = asked.value;
    if (!isSameRun(up, state)) return err(await mainEnded(unit, up, state));
    for (const keeper of opened?.keepers ?? []) {
      const fault = await keeperFault(keeper, request);
      if (fault !== null) return err(await unhealthy('UNIT_DID_NOT_STAY', unit, state, fault));
    }
    const read = await readProcess(mainPid);
    const watchedMs = performance.now() - began;
    // When it ended between two questions, systemd says so at the next one.
    const wrong = read.isErr() ? `process ${mainPid} has ended` : identityMismatch(read.value, request);
    if (wrong !== null && read.isOk() && watchedMs > SETTLE_MS) {
      return err(await unhealthy('UNIT_IDENTITY_WRONG', unit, state, `is up, but ${wrong}`));
    }
    if (wrong === null && read.isOk() && watchedMs >= watchMs) {
      // What is still open is open by the same processes; a port may have been closed by a living one.
      const open = opened === null ? ok({ missing: [] }) : await openIn(opened.run, opened.wanted);
      if (open.isErr()) return err(open.error);
      const { missing } = open.value;
      if (missing.length === 0) return ok(report(read.value, watchedMs));
      return err(
        await unhealthy('UNIT_LACKS_OPEN', unit, state, `is up, but no process of it ${missing.join(' or ')} any more`),
      );
    }
    if (performance.now() > request.deadline) {
      const time = `${Math.floor(watchedMs / 1000)} of ${watchMs / 1000} s`;
      return err(await unhealthy('HEALTH_TIMEOUT', unit, state, `had run for ${time} when the deadline passed`));
    }
    await sleep(Math.min(WATCH_POLL_MS, Math.max(20, watchMs - watchedMs)));
  }
}

/** A start by hand sets the count of restarts back, and a pid may be used again: the id of the run tells them apart. */
export function isSameRun(up: RunState, now: RunState): boolean {
  const same = now.mainPid === up.mainPid && now.nRestarts === up.nRestarts && now.invocationId === up.invocationId;
  // A reload keeps the process.
  return same && ((now.activeState === 'active' && now.subState === 'running') || now.activeState === 'reloading');
}

function report({ pid, uid, gid, groups, umask }: ProcessStatus, watchedMs: number): HealthReport {
  return { mainPid: pid, uid, gid, groups, umask, watchedMs: Math.round(watchedMs) };
}

/** What systemd says now. A masked unit will not start, and of one that still runs the settings are not shown. */
async function look(unit: string, { deadline, signal }: Watch): Promise<Result<RunState, SystemdError>> {
  if (signal?.aborted === true) return err(aborted(`stopped waiting for ${unit}, which is left as it is`));
  const asked = await readRunState(unit, {
    timeoutMs: questionTime(deadline),
    ...(signal === undefined ? {} : { signal }),
  });
  return asked.andThen((state) => (state.loadState === 'masked' ? err(unitMasked(unit)) : ok(state)));
}

/** The error, with the end of the journal. */
async function unhealthy(
  code: UnitUnhealthy['code'],
  unit: string,
  seen: RunState,
  what: string,
): Promise<UnitUnhealthy> {
  const journal = (await readJournal(unit, { lines: JOURNAL_LINES })).unwrapOr('');
  return { code, message: `${unit} ${what}; see: journalctl -u ${unit}`, unit, seen, journal };
}
