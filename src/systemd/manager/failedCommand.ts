import { checkRunnableName } from '../names/index.js';
import { explainExitStatus } from './explainExitStatus.js';
import { systemctl } from './systemctl.js';

/** A command beside the main one that ended badly and was not allowed to. */
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
