import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkUnitName } from './checkUnitName.js';
import { explainExitStatus } from './explainExitStatus.js';
import { parseShow } from './parseShow.js';
import { mainCode } from './showUnit.js';
import { systemctl, unitMasked, unitNotFound } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** What a service is doing at one moment, and how its last process ended. */
export interface RunState {
  readonly activeState: string;
  readonly subState: string;
  /** Of the last run: `success`, `exit-code`, `signal`, `start-limit-hit`, … */
  readonly result: string;
  /** 0 when there is none. */
  readonly mainPid: number;
  readonly nRestarts: number;
  /** How the last main process ended; null when none has. */
  readonly execMainCode: 'exited' | 'killed' | 'dumped' | null;
  /** Its exit status, or the number of the signal. */
  readonly execMainStatus: number;
  /** What systemd means by that status, when it is one of systemd's own; see `explainExitStatus`. */
  readonly exitExplained: string | null;
}

const PROPERTIES = 'LoadState,ActiveState,SubState,Result,MainPID,NRestarts,ExecMainCode,ExecMainStatus';

/** The few properties of a service that change while it starts and runs, in one question. */
export async function runState(unit: string): Promise<Result<RunState, SystemdError>> {
  const name = checkUnitName(unit);
  if (name.isErr()) return err(name.error);
  const shown = await systemctl(['show', `--property=${PROPERTIES}`, '--', unit], { unit });
  if (shown.isErr()) return err(shown.error);
  const properties = parseShow(shown.value.stdout);
  const text = (key: string): string => properties.get(key) ?? '';
  if (text('LoadState') === 'not-found') return err(unitNotFound(unit));
  if (text('LoadState') === 'masked') return err(unitMasked(unit));
  const execMainCode = mainCode(Number(text('ExecMainCode')));
  const execMainStatus = Number(text('ExecMainStatus')) || 0;
  return ok({
    activeState: text('ActiveState'),
    subState: text('SubState'),
    result: text('Result'),
    mainPid: Number(text('MainPID')) || 0,
    nRestarts: Number(text('NRestarts')) || 0,
    execMainCode,
    execMainStatus,
    exitExplained: execMainCode === 'exited' ? explainExitStatus(execMainStatus) : null,
  });
}
