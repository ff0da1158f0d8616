import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { describeRun } from '../manager/index.js';
import { POLL_MS, look, timeIsOver, unhealthy } from './health.js';
import type { UnhealthyError, Watch } from './health.js';
import type { RunState } from '../manager/index.js';

/** A unit may be seen inactive shortly after its start was asked for. */
const INACTIVE_MS = 3_000;
/** So many automatic restarts while coming up mean that it will not: systemd's own default burst. */
const RESTARTS = 5;

/** Waits until the unit runs (`mainPid` is its process) or has ended well where that is enough (`mainPid` is 0). */
export async function comeUp(unit: string, request: Watch): Promise<Result<RunState, UnhealthyError>> {
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
