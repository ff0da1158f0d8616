import { constants } from 'node:os';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkRunnableName } from '../names/index.js';
import { explainExitStatus } from './explainExitStatus.js';
import { parseShow } from './parseShow.js';
import { mainCode } from './showUnit.js';
import { systemctl, unitNotFound } from './systemctl.js';
import type { SystemctlOptions } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** What a unit is doing at one moment, and how the last processes of a service ended. */
export interface RunState {
  /** `loaded`, `masked`, `bad-setting`, `not-found` (it runs, and its file is gone), … */
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
  /** Of the last run: `success`, `exit-code`, `signal`, `start-limit-hit`, … */
  readonly result: string;
  /** 0 when there is none. */
  readonly mainPid: number;
  readonly nRestarts: number;
  /** The id of this run; another one after every start, by hand or automatic. Empty when it never ran. */
  readonly invocationId: string;
  /** How the last main process ended; null when none has. */
  readonly execMainCode: 'exited' | 'killed' | 'dumped' | null;
  /** Its exit status, or the number of the signal. */
  readonly execMainStatus: number;
  /** What systemd means by that status, when it is one of systemd's own; see `explainExitStatus`. */
  readonly exitExplained: string | null;
  /** Another command that failed, an `ExecStartPre=` for example; null when none did, or systemd no longer knows. */
  readonly failedCommand: FailedCommand | null;
  /** A job of systemd (start, stop, reload) is waiting or running for it. */
  readonly jobPending: boolean;
  /** Its last start was skipped because a `Condition…=` or `Assert…=` does not hold, as far as systemd remembers. */
  readonly skipped: boolean;
}

const PROPERTIES = [
  'LoadState,ActiveState,SubState,Job,Result,MainPID,NRestarts,InvocationID,ExecMainCode,ExecMainStatus',
  'ConditionResult,ConditionTimestampMonotonic,AssertResult,AssertTimestampMonotonic',
].join(',');

/** The properties of a unit that change while it starts and runs; `timeoutMs` is for each question to systemd. */
export async function readRunState(
  unit: string,
  { timeoutMs = 30_000, signal }: SystemctlOptions = {},
): Promise<Result<RunState, SystemdError>> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return err(name.error);
  const shown = await systemctl(['show', `--property=${PROPERTIES}`, '--', unit], {
    unit,
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  if (shown.isErr()) return err(shown.error);
  const properties = parseShow(shown.value.stdout);
  const text = (key: string): string => properties.get(key) ?? '';
  const unmet = (kind: string): boolean =>
    text(`${kind}Result`) === 'no' && Number(text(`${kind}TimestampMonotonic`)) > 0;
  if (text('LoadState') === 'not-found' && text('ActiveState') === 'inactive') return err(unitNotFound(unit));
  const result = text('Result');
  const execMainCode = mainCode(Number(text('ExecMainCode')));
  const execMainStatus = Number(text('ExecMainStatus')) || 0;
  return ok({
    loadState: text('LoadState'),
    activeState: text('ActiveState'),
    subState: text('SubState'),
    result,
    mainPid: Number(text('MainPID')) || 0,
    nRestarts: Number(text('NRestarts')) || 0,
    invocationId: text('InvocationID'),
    execMainCode,
    execMainStatus,
    exitExplained: execMainCode === 'exited' ? explainExitStatus(execMainStatus) : null,
    failedCommand: result === 'success' || result === '' ? null : await failedCommand(unit, timeoutMs),
    jobPending: Number(text('Job')) > 0,
    skipped: unmet('Condition') || unmet('Assert'),
  });
}

/** How long one question may take when all must be over at `deadline`: a busy systemd gets some seconds even then. */
export function questionTime(deadline: number): number {
  return Math.min(30_000, Math.max(5_000, deadline - performance.now()));
}

/** A command other than the main one that failed and was not allowed to. @inline */
export interface FailedCommand {
  /** `ExecStartPre`, `ExecStartPost`, … */
  readonly setting: string;
  readonly code: 'exited' | 'killed' | 'dumped';
  /** Its exit status, or the number of the signal. */
  readonly status: number;
  /** What systemd means by the status, when it is one of systemd's own; see `explainExitStatus`. */
  readonly exitExplained: string | null;
}

/** Around a run; a reload that failed earlier has nothing to do with how a run ended. */
const AROUND_A_RUN = 'ExecCondition,ExecStartPre,ExecStartPost,ExecStop,ExecStopPost';
const NEXT = String.raw`^Exec\w+=\{ path=`;
const TIMES = String.raw`start_time=\[[^\]]*\] ; stop_time=\[[^\]]*\] ; pid=\d+`;
/** As `print_status_info()` of systemd writes a command; its arguments may hold line breaks, and anything else. */
const COMMAND = new RegExp(
  String.raw`^(Exec\w+)=\{ path=(?:(?!${NEXT})[^])*? ; ignore_errors=no ; ${TIMES} ; code=(exited|killed|dumped) ; status=(\d+)(?:/\w+)? \}$`,
  'gm',
);

/** The first such command of the last run, or null; also null when systemd has forgotten, as it does on a reload. */
export async function failedCommand(
  unit: string,
  timeoutMs: number,
  settings = AROUND_A_RUN,
): Promise<FailedCommand | null> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return null;
  const shown = await systemctl(['show', `--property=${settings}`, '--', unit], { unit, timeoutMs });
  return shown.map(({ stdout }) => parseFailedCommand(stdout)).unwrapOr(null);
}

export function parseFailedCommand(stdout: string): FailedCommand | null {
  for (const [, setting = '', code, digits] of stdout.matchAll(COMMAND)) {
    const status = Number(digits);
    if (code === 'exited' && status !== 0) return { setting, code, status, exitExplained: explainExitStatus(status) };
    if (code === 'killed' || code === 'dumped') return { setting, code, status, exitExplained: null };
  }
  return null;
}

/** One sentence on where a unit stands and why its last processes ended. */
export function describeRun(state: RunState): string {
  const { activeState, subState, result, nRestarts, execMainCode, failedCommand, skipped } = state;
  const main =
    execMainCode === null ? '' : `, ${ending({ ...state, code: execMainCode, status: state.execMainStatus })}`;
  const other = failedCommand === null ? '' : `, ${failedCommand.setting}=: ${ending(failedCommand)}`;
  const unmet = skipped ? ', a Condition…= or Assert…= of it does not hold' : '';
  const restarts = nRestarts === 0 ? '' : `, restarted ${nRestarts} ${nRestarts === 1 ? 'time' : 'times'}`;
  const how = result === '' ? '' : `, result '${result}'`;
  return `it is ${activeState} (${subState})${how}${main}${other}${unmet}${restarts}`;
}

function ending({
  code,
  status,
  exitExplained,
}: {
  readonly code: 'exited' | 'killed' | 'dumped';
  readonly status: number;
  readonly exitExplained: string | null;
}): string {
  if (code === 'exited') return `exit status ${exitExplained ?? status}`;
  const signal = Object.entries(constants.signals).find(([, number]) => number === status)?.[0];
  return `${code === 'dumped' ? 'dumped core on' : 'killed by'} ${signal ?? `signal ${status}`}`;
}
