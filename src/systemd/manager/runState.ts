import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkRunnableName } from '../names/index.js';
import { explainExitStatus } from './explainExitStatus.js';
import { failedCommand } from './failedCommand.js';
import type { FailedCommand } from './failedCommand.js';
import { parseShow } from './parseShow.js';
import { mainCode } from './showUnit.js';
import { systemctl, unitNotFound } from './systemctl.js';
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
  /** What ended badly besides, an `ExecStartPre=` for example; null when nothing did, or systemd no longer knows. */
  readonly failedCommand: FailedCommand | null;
  /** systemd has yet to start, stop or reload it, or is at it. */
  readonly jobPending: boolean;
  /** Its last start was skipped because a `Condition…=` or `Assert…=` does not hold, as far as systemd remembers. */
  readonly skipped: boolean;
}

const PROPERTIES = [
  'LoadState,ActiveState,SubState,Job,Result,MainPID,NRestarts,InvocationID,ExecMainCode,ExecMainStatus',
  'ConditionResult,ConditionTimestampMonotonic,AssertResult,AssertTimestampMonotonic',
].join(',');

/** The properties of a unit that change while it starts and runs; `timeoutMs` is for each question to systemd. */
export async function runState(unit: string, timeoutMs = 30_000): Promise<Result<RunState, SystemdError>> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return err(name.error);
  const shown = await systemctl(['show', `--property=${PROPERTIES}`, '--', unit], { unit, timeoutMs });
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
