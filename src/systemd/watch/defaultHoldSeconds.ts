/**
 * For how many seconds one and the same process must live before a service counts as healthy: twice the time systemd
 * waits before it starts a service again, and at least 15.
 *
 * Shorter, and a service that dies and is started again could be taken for one that runs. Where `RestartSteps=` (systemd
 * 254) makes the pauses longer and longer, only the first one counts here.
 *
 * Source: systemd.service(5), `RestartSec=`.
 *
 * @param restartSeconds - `RestartSec=`; null for `infinity`, after which nothing comes again
 *
 * @example
 * ```ts
 * import { defaultHoldSeconds, showUnit } from '@wca/runtime-sdk/systemd';
 *
 * const shown = await showUnit('kimaki.service');
 * if (shown.isErr()) console.error(shown.error.message);
 * else console.log(defaultHoldSeconds(shown.value.restartUsec === null ? null : shown.value.restartUsec / 1e6));
 * ```
 */
export function defaultHoldSeconds(restartSeconds: number | null): number {
  return Math.max(2 * (restartSeconds ?? 0), 15);
}
