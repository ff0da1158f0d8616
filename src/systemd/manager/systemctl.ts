import { ResultAsync, err, errAsync, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableLines, printableText } from '../../posix/paths/index.js';
import { runProgram } from '../../posix/programs/index.js';
import type { ProgramResult } from '../../posix/programs/index.js';
import { findBlockingDropIn } from '../load/index.js';
import { redactSecrets } from '../../posix/secrets/index.js';
import type { SystemdError } from './systemdError.js';

/** How the service manager is asked. */
export interface ManagerOptions {
  /** Aborting it ends the question with `ABORTED`. A job that systemd has begun goes on. */
  readonly signal?: AbortSignal;
}

/** How `systemctl` is run. */
export interface SystemctlOptions extends ManagerOptions {
  /** The unit it is about, for messages; the arguments name it themselves. */
  readonly unit?: string;
  /** Default 30 000. */
  readonly timeoutMs?: number;
}

/** Runs `systemctl`, and makes an error of every exit status but 0. Unit names belong behind a `--`. */
export function systemctl(
  args: readonly string[],
  options: SystemctlOptions = {},
): ResultAsync<ProgramResult, SystemdError> {
  return askSystemctl(args, options).andThen((ran) =>
    ran.exitCode === 0 ? okAsync(ran) : errAsync(systemctlFailed(ran, args[0] ?? '', options.unit ?? null)),
  );
}

/**
 * Runs `systemctl` and leaves it to the caller what the exit status means; an absent systemd is an error, and so is a
 * drop-in that would stop it.
 */
export function askSystemctl(
  args: readonly string[],
  options: SystemctlOptions = {},
): ResultAsync<ProgramResult, SystemdError> {
  return new ResultAsync(ask(args, options));
}

async function ask(
  args: readonly string[],
  { timeoutMs = 30_000, signal }: SystemctlOptions,
): Promise<Result<ProgramResult, SystemdError>> {
  const blocking = await findBlockingDropIn();
  if (blocking !== null) return err(blocking);
  const ran = await runProgram('systemctl', ['--no-pager', '--no-ask-password', ...args], {
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  if (ran.isErr()) return err(ran.error);
  const { exitCode, stderr } = ran.value;
  if (exitCode === 0 || !/not been booted with systemd|Failed to connect to bus|Host is down/.test(stderr))
    return ok(ran.value);
  return err(notRunning('systemctl cannot reach it'));
}

export function notRunning(found: string): SystemdError {
  const message = `systemd is not the service manager of this host (${found}); run this on a host that was booted with systemd`;
  return { code: 'SYSTEMD_NOT_RUNNING', message };
}

export function unitNotFound(unit: string): SystemdError {
  const message = `systemd knows no unit ${unit}; check the name with: systemctl list-unit-files`;
  return { code: 'UNIT_NOT_FOUND', message, unit };
}

export function unitMasked(unit: string): SystemdError {
  const message = `${unit} is masked and cannot be started; to see the link to /dev/null: systemctl cat ${unit}`;
  return { code: 'UNIT_MASKED', message, unit };
}

/** What a failed `systemctl` means, by what it said. */
export function systemctlFailed(ran: ProgramResult, verb: string, unit: string | null): SystemdError {
  const stderr = printableLines(redactSecrets(ran.stderr.trim())).slice(-2_000);
  // Exit status 5 is "unit not loaded", systemctl(1). The unit named, by its path at times, may be one that ours requires.
  const [, named, is] =
    /Unit (?:file )?(?:\S*\/)?(\S+) (not found|not loaded|could not be found|does not exist|is masked)/.exec(stderr) ??
    [];
  if (unit !== null && (named === unit || named === `${unit}.service`))
    return is === 'is masked' ? unitMasked(unit) : unitNotFound(unit);
  const ended = ran.exitCode === null ? `was ended by ${ran.signal ?? 'a signal'}` : `exited ${ran.exitCode}`;
  const said = printableText(stderr.split('\n')[0] ?? '');
  const about = unit === null ? verb : `${verb} ${unit}`;
  const hint = unit === null ? '' : `; see: systemctl status ${unit}`;
  const message = `systemctl ${about} ${ended}${said === '' ? '' : `: ${said}`}${hint}`;
  return { code: 'SYSTEMCTL_FAILED', message, verb, unit, exitCode: ran.exitCode, stderr };
}

/** systemd gives its own reload 90 s. */
const RELOAD_TIMEOUT_MS = 120_000;

/**
 * Makes systemd read all unit files and drop-ins again; afterwards `showUnit` shows what the files say.
 *
 * Running processes keep what they were started with until their unit is restarted.
 *
 * A FIFO among the drop-ins would block systemd itself; it is found first, and systemd is not asked.
 *
 * Errors: `NOT_A_REGULAR_FILE` (that FIFO), `SYSTEMD_NOT_RUNNING`, `SYSTEMCTL_FAILED` (not root, for example), and those
 * of running a program.
 *
 * @example
 * ```ts
 * import { daemonReload } from '@wca/runtime-sdk/systemd';
 *
 * const reloaded = await daemonReload();
 * if (reloaded.isErr()) console.error(reloaded.error.message);
 * ```
 */
export function daemonReload(options: ManagerOptions = {}): ResultAsync<void, SystemdError> {
  return systemctl(['daemon-reload'], { ...options, timeoutMs: RELOAD_TIMEOUT_MS }).map(() => undefined);
}
