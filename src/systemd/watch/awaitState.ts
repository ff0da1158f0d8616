import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { aborted } from '../../posix/paths/index.js';
import type { ActiveState, ManagerOptions, RunState, SystemdError } from '../manager/index.js';
import { describeRun, questionTime, readRunState } from '../manager/index.js';

/** A state that can be waited for. @inline */
export type WantedState = Exclude<ActiveState, 'other'>;

/** The unit was not in a wanted state when the deadline passed. */
export interface StateTimeout {
  readonly code: 'STATE_TIMEOUT';
  readonly message: string;
  readonly unit: string;
  readonly wanted: readonly WantedState[];
  /** What systemd said last. */
  readonly seen: RunState;
  /** Every state that was seen, in order, such as `activating (auto-restart)`; of quick changes some are missed. */
  readonly states: readonly string[];
}

/** Why the wait for a state ended without it. */
export type AwaitStateError = SystemdError | StateTimeout;

const POLL_MS = 250;

/**
 * Waits until a unit is in the wanted state, or in one of several, and gives what was seen then.
 *
 * It looks four times a second, so a state that lasts for less may be missed. A service that is active now may exit right
 * after (see `awaitHealthy`). A masked unit is waited for like any other.
 *
 * Errors: `STATE_TIMEOUT` with the states seen meanwhile, `UNIT_NOT_FOUND`, `ABORTED`, and the others of `SystemdError`.
 * When systemd does not answer, it takes up to five seconds more than the deadline, and is `PROGRAM_TIMEOUT`.
 *
 * @param wanted - one state, or several of which any will do
 * @param options - `deadlineMs`: milliseconds for everything
 *
 * @example
 * ```ts
 * import { awaitState } from '@wca/runtime-sdk/systemd';
 *
 * const ended = await awaitState('datamachine-worker.service', ['inactive', 'failed'], { deadlineMs: 60_000 });
 * if (ended.isErr()) console.error(ended.error.code, ended.error.message);
 * else console.log(ended.value.activeState, ended.value.result);
 * ```
 */
export function awaitState(
  unit: string,
  wanted: WantedState | readonly WantedState[],
  options: ManagerOptions & { readonly deadlineMs: number },
): ResultAsync<RunState, AwaitStateError> {
  return new ResultAsync(wait(unit, typeof wanted === 'string' ? [wanted] : wanted, options));
}

async function wait(
  unit: string,
  wanted: readonly WantedState[],
  { deadlineMs, ...options }: ManagerOptions & { readonly deadlineMs: number },
): Promise<Result<RunState, AwaitStateError>> {
  const deadline = performance.now() + deadlineMs;
  const states: string[] = [];
  for (;;) {
    if (options.signal?.aborted === true) return err(aborted(`stopped waiting for ${unit}, which is left as it is`));
    const asked = await readRunState(unit, { ...options, timeoutMs: questionTime(deadline) });
    if (asked.isErr()) return err(asked.error);
    const seen = asked.value;
    const state = `${seen.activeState} (${seen.subState})`;
    if (states.at(-1) !== state) states.push(state);
    if (wanted.some((each) => each === seen.activeState)) return ok(seen);
    const left = deadline - performance.now();
    if (left <= 0) {
      const message = `${unit} was not ${wanted.join(' or ')} within ${deadlineMs / 1000} s: ${describeRun(seen)}; see: journalctl -u ${unit}`;
      return err({ code: 'STATE_TIMEOUT', message, unit, wanted, seen, states });
    }
    await sleep(Math.min(POLL_MS, left));
  }
}
