import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkRunnableName } from '../names/index.js';
import { describeRun } from './describeRun.js';
import { failedCommand } from './failedCommand.js';
import { findBlockingEnvironmentFile } from './findBlockingEnvironmentFile.js';
import { journalTail } from './journalTail.js';
import { runState } from './runState.js';
import type { RunState } from './runState.js';
import { systemctl } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** How long a job may take. */
export interface JobOptions {
  /**
   * Milliseconds until `PROGRAM_TIMEOUT`; systemd goes on with the job then. Default 240 000: longer than what systemd
   * gives a unit for stopping and for starting by default, 90 s each.
   */
  readonly deadlineMs?: number;
}

/** Why a unit was not started, stopped, restarted or reloaded. Secrets are hidden in all of it. */
export type UnitJobError =
  | SystemdError
  | {
      /** systemd tried, or had to refuse, and the unit is not as asked; why is in `message`, `seen` and `journal`. */
      readonly code: 'UNIT_JOB_FAILED';
      readonly message: string;
      readonly unit: string;
      readonly verb: 'start' | 'stop' | 'restart' | 'reload';
      /** What systemd said right afterwards; null when it could not be asked. */
      readonly seen: RunState | null;
      /** The unit's last lines; empty when they could not be read. */
      readonly journal: string;
      /** What systemctl said. */
      readonly stderr: string;
    };

const DEADLINE_MS = 240_000;
const JOURNAL_LINES = 15;
const SHOW_MS = 30_000;
/** systemctl(1), exit status 4: insufficient privileges. Nothing was tried. */
const NOT_ALLOWED = 4;

/** Has systemd do one job with one unit, and ends when the job has. */
export function runJob(
  verb: 'start' | 'stop' | 'restart' | 'reload',
  unit: string,
  options: JobOptions = {},
): ResultAsync<void, UnitJobError> {
  return new ResultAsync(run(verb, unit, options.deadlineMs ?? DEADLINE_MS));
}

async function run(
  verb: 'start' | 'stop' | 'restart' | 'reload',
  unit: string,
  timeoutMs: number,
): Promise<Result<void, UnitJobError>> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return err(name.error);
  const blocking = await findBlockingEnvironmentFile(unit);
  if (blocking !== null) return err(blocking);
  const ran = await systemctl([verb, '--', unit], { unit, timeoutMs });
  if (ran.isOk()) return ok(undefined);
  const { error } = ran;
  if (error.code === 'PROGRAM_TIMEOUT') {
    const found = `${verb} was not done within ${timeoutMs / 1000} s, and systemd goes on with it`;
    return err({ ...error, message: `${unit}: ${found}; see: systemctl status ${unit}` });
  }
  if (error.code !== 'SYSTEMCTL_FAILED' || error.exitCode === null || error.exitCode === NOT_ALLOWED) return err(error);
  const seen = await afterwards(verb, unit);
  const journal = (await journalTail(unit, JOURNAL_LINES)).unwrapOr('');
  const said = error.stderr.split('\n')[0] ?? '';
  const found = seen === null ? '' : `; ${describeRun(seen)}`;
  const message = `${unit}: ${verb} failed${found}; systemctl said: ${said}; see: journalctl -u ${unit}`;
  return err({ code: 'UNIT_JOB_FAILED', message, unit, verb, seen, journal, stderr: error.stderr });
}

async function afterwards(verb: string, unit: string): Promise<RunState | null> {
  const seen = (await runState(unit)).unwrapOr(null);
  if (seen === null || verb !== 'reload') return seen;
  // The run goes on, so its result says nothing of the reload.
  return { ...seen, failedCommand: await failedCommand(unit, SHOW_MS, 'ExecReload') };
}
