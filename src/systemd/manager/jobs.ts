import { ResultAsync, err, ok, errAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkRunnableName } from '../names/index.js';
import { describeRun, failedCommand, readRunState } from './runState.js';
import { readJournal } from './readJournal.js';
import type { RunState } from './runState.js';
import { systemctl } from './systemctl.js';
import type { ManagerOptions } from './systemctl.js';
import type { SystemdError } from './systemdError.js';
import { stat } from 'node:fs/promises';
import { printablePath, printableText } from '../../posix/paths/index.js';
import type { NotARegularFile } from '../../posix/files/index.js';
import { parseShownEnvironmentFiles } from './parseShow.js';

/** How long a job may take. @inline */
export interface JobOptions extends ManagerOptions {
  /**
   * Milliseconds until `PROGRAM_TIMEOUT`; systemd goes on with the job then. Default 240 000: longer than what systemd
   * gives a unit for stopping and for starting by default, 90 s each.
   */
  readonly deadlineMs?: number;
}

/** Why a unit was not started, stopped, restarted or reloaded. Secrets are hidden in all of it. */
export type UnitJobError = SystemdError | UnitJobFailed;

/** systemd tried, or had to refuse, and the unit is not as asked; why is in `message`, `seen` and `journal`. */
export interface UnitJobFailed {
  readonly code: 'UNIT_JOB_FAILED';
  readonly message: string;
  readonly unit: string;
  readonly verb: 'start' | 'stop' | 'restart' | 'reload';
  /** What systemd said right afterwards; null when it could not be asked. */
  readonly seen: RunState | null;
  /** The last lines of the unit's journal; empty when they could not be read. */
  readonly journal: string;
  /** What systemctl said. */
  readonly stderr: string;
}

const DEADLINE_MS = 240_000;
const JOURNAL_LINES = 15;
const SHOW_MS = 30_000;
/** systemctl(1), exit status 4: insufficient privileges. Nothing was tried. */
const NOT_ALLOWED = 4;

/** Has systemd run one job for one unit, and ends with it. */
export function runJob(
  verb: 'start' | 'stop' | 'restart' | 'reload',
  unit: string,
  options: JobOptions = {},
): ResultAsync<void, UnitJobError> {
  return new ResultAsync(run(verb, unit, options));
}

async function run(
  verb: 'start' | 'stop' | 'restart' | 'reload',
  unit: string,
  { deadlineMs: timeoutMs = DEADLINE_MS, ...options }: JobOptions,
): Promise<Result<void, UnitJobError>> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return err(name.error);
  const blocking = await findBlockingEnvironmentFile(unit);
  if (blocking !== null) return err(blocking);
  const ran = await systemctl([verb, '--', unit], { ...options, unit, timeoutMs });
  if (ran.isOk()) return ok(undefined);
  const { error } = ran;
  if (error.code === 'PROGRAM_TIMEOUT') {
    const found = `${verb} did not finish within ${timeoutMs / 1000} s; systemd continues it`;
    return err({ ...error, message: `${unit}: ${found}; see: systemctl status ${unit}` });
  }
  if (error.code !== 'SYSTEMCTL_FAILED' || error.exitCode === null || error.exitCode === NOT_ALLOWED) return err(error);
  const seen = await afterwards(verb, unit);
  const journal = (await readJournal(unit, { lines: JOURNAL_LINES })).unwrapOr('');
  const said = printableText(error.stderr.split('\n')[0] ?? '');
  const found = seen === null ? '' : `; ${describeRun(seen)}`;
  const message = `${unit}: ${verb} failed${found}; systemctl said: ${said}; see: journalctl -u ${unit}`;
  return err({ code: 'UNIT_JOB_FAILED', message, unit, verb, seen, journal, stderr: error.stderr });
}

async function afterwards(verb: string, unit: string): Promise<RunState | null> {
  const seen = (await readRunState(unit)).unwrapOr(null);
  if (seen === null || verb !== 'reload') return seen;
  // The main process keeps running, so its result says nothing about the reload.
  return { ...seen, failedCommand: await failedCommand(unit, SHOW_MS, 'ExecReload') };
}

/**
 * Starts a unit and ends when systemd calls it started; one that is active stays as it is.
 *
 * For `Type=simple` that says nothing about health: systemd.service(5) calls the start a success even when the program
 * or the user is missing. A unit whose `Condition…=` does not hold is skipped, which is a success too. Use
 * `awaitHealthy` to know.
 *
 * Errors: `UNIT_JOB_FAILED` (with what the unit is now, its exit status explained, and the end of its journal),
 * `UNIT_NOT_FOUND`, `UNIT_MASKED`, `NOT_A_REGULAR_FILE` (an `EnvironmentFile=` or drop-in is a FIFO, at which systemd
 * itself would wait), `PROGRAM_TIMEOUT` (the start goes on), `SYSTEMCTL_FAILED` (not allowed), and the others of
 * `SystemdError`.
 *
 * @example
 * ```ts
 * import { startUnit } from '@wca/runtime-sdk/systemd';
 *
 * const started = await startUnit('kimaki.service');
 * if (started.isErr()) {
 *   console.error(started.error.message);
 *   if (started.error.code === 'UNIT_JOB_FAILED') console.error(started.error.journal);
 * }
 * ```
 */
export function startUnit(unit: string, options: JobOptions = {}): ResultAsync<void, UnitJobError> {
  return runJob('start', unit, options);
}

/**
 * Stops a unit and ends when systemd has; one that is not active stays as it is.
 *
 * With `KillMode=process` or `none` children of the service may live on, and a timer, socket or path unit may start it
 * again at once: see `maskUnits`. A service that had to be killed is stopped as well.
 *
 * Errors: `UNIT_NOT_FOUND`, `UNIT_JOB_FAILED`, `PROGRAM_TIMEOUT` (the stop goes on), `SYSTEMCTL_FAILED` (not allowed),
 * and the others of `SystemdError`.
 *
 * @example
 * ```ts
 * import { stopUnit } from '@wca/runtime-sdk/systemd';
 *
 * const stopped = await stopUnit('kimaki.service');
 * if (stopped.isErr()) console.error(stopped.error.message);
 * ```
 */
export function stopUnit(unit: string, options: JobOptions = {}): ResultAsync<void, UnitJobError> {
  return runJob('stop', unit, options);
}

/**
 * Stops and starts a unit, and ends when systemd calls it started; one that was not active is started.
 *
 * Only a restart gives processes a changed user, umask or environment: a reload keeps what they have. As with
 * `startUnit`, success says nothing about health.
 *
 * Errors: those of `startUnit`. After `UNIT_JOB_FAILED` the unit has been stopped.
 *
 * @example
 * ```ts
 * import { restartUnit } from '@wca/runtime-sdk/systemd';
 *
 * const restarted = await restartUnit('php8.2-fpm.service');
 * if (restarted.isErr()) console.error(restarted.error.message);
 * ```
 */
export function restartUnit(unit: string, options: JobOptions = {}): ResultAsync<void, UnitJobError> {
  return runJob('restart', unit, options);
}

/** Why a unit was not reloaded. */
export type ReloadUnitError = UnitJobError | UnitNotReloaded;

/** `UNIT_NOT_RELOADABLE`: it has no `ExecReload=`. `UNIT_NOT_ACTIVE`: it does not run. Nothing was done. */
export interface UnitNotReloaded {
  readonly code: 'UNIT_NOT_RELOADABLE' | 'UNIT_NOT_ACTIVE';
  readonly message: string;
  readonly unit: string;
}

/**
 * Has a running unit read its own configuration again, by its `ExecReload=`, and ends when that has.
 *
 * The processes stay, and keep user, umask and environment: changes of the unit file need `daemonReload` and
 * `restartUnit`. An `ExecReload=` that only sends a signal says nothing about whether the service could take the new
 * configuration. What cannot be reloaded is never restarted instead.
 *
 * Errors: `UNIT_NOT_RELOADABLE` (no `ExecReload=`), `UNIT_NOT_ACTIVE`, `UNIT_JOB_FAILED` (the reload failed; the
 * service runs on), `UNIT_NOT_FOUND`, `UNIT_MASKED`, `PROGRAM_TIMEOUT`, and the others of `SystemdError`.
 *
 * Source: systemctl(1), reload; systemd.service(5), `ExecReload=`.
 *
 * @example
 * ```ts
 * import { reloadUnit } from '@wca/runtime-sdk/systemd';
 *
 * const reloaded = await reloadUnit('nginx.service');
 * if (reloaded.isErr()) console.error(reloaded.error.code, reloaded.error.message);
 * ```
 */
export function reloadUnit(unit: string, options: JobOptions = {}): ResultAsync<void, ReloadUnitError> {
  return runJob('reload', unit, options).orElse((error) => errAsync(refusal(error, unit)));
}

function refusal(error: UnitJobError, unit: string): ReloadUnitError {
  if (error.code !== 'UNIT_JOB_FAILED') return error;
  if (error.stderr.includes('Job type reload is not applicable')) {
    const message = `${unit} cannot be reloaded: it has no ExecReload=; restart it to have it read its configuration`;
    return { code: 'UNIT_NOT_RELOADABLE', message, unit };
  }
  if (error.stderr.includes('is not active, cannot reload')) {
    const message = `${unit} is not active, so there is nothing to reload; start it instead`;
    return { code: 'UNIT_NOT_ACTIVE', message, unit };
  }
  return error;
}

/**
 * The first `EnvironmentFile=` of a unit that is a FIFO, as the error to give, or null.
 *
 * PID 1 itself (of systemd before 255) opens these files for each command it starts, and waits at a FIFO until someone
 * writes to it; and they often lie where the service's user can put one. A FIFO put there right after is not seen, nor
 * one that only a pattern (`*`) leads to.
 *
 * Source: `exec_context_load_environment()` in systemd's src/core/execute.c.
 */
export async function findBlockingEnvironmentFile(unit: string): Promise<NotARegularFile | null> {
  const shown = await systemctl(['show', '--property=EnvironmentFiles', '--', unit], { unit });
  const files = shown.map(({ stdout }) => parseShownEnvironmentFiles(stdout)).unwrapOr([]);
  for (const { path: raw } of files) {
    const stats = await stat(raw).catch(() => null);
    if (stats?.isFIFO() !== true) continue;
    const path = printablePath(raw);
    const message = `${path}, an EnvironmentFile= of ${unit}, is a FIFO, which would stop systemd until someone writes to it; find out who made it, remove it, and run again`;
    return { code: 'NOT_A_REGULAR_FILE', message, path, found: 'fifo' };
  }
  return null;
}
