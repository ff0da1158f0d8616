import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkRunnableName } from '../names/index.js';
import { comeUp } from './comeUp.js';
import { defaultHoldSeconds } from './defaultHoldSeconds.js';
import type { HealthReport, HealthRequest, UnhealthyError, Watch } from './health.js';
import { holdProcess } from './holdProcess.js';
import { parseShow, parseTimeSpan, systemctl } from '../manager/index.js';
import type { SystemdError } from '../manager/index.js';

/** Coming up, on top of the hold: `DefaultTimeoutStartSec=` of systemd-system.conf(5). */
const START_MS = 90_000;

/**
 * Succeeds only when one and the same process was the unit's main process for the whole hold, with the ids, groups and
 * umask asked for, read from `/proc` and not from what the unit says.
 *
 * `systemctl start` of a `Type=simple` unit is a success whatever happens, and with `Restart=always` a service that
 * dies at once looks active half of the time. It fails early where waiting is pointless: the unit failed, systemd could
 * not start the program (exit status 200 to 246), or it restarted again and again. Whether the service does its work,
 * or its children are healthy, is not seen. When systemd does not answer, it takes up to five seconds more than the
 * deadline.
 *
 * Errors: {@link UnhealthyError}, with what was seen, the exit status explained, and the end of the journal.
 *
 * @example
 * ```ts
 * import { awaitHealthy } from '@wca/runtime-sdk/systemd';
 *
 * const wanted = { uid: 1000, gid: 1000, umask: 0o002 };
 * const healthy = await awaitHealthy('kimaki.service', wanted);
 * if (healthy.isErr()) console.error(healthy.error.code, healthy.error.message);
 * else console.log(healthy.value.mainPid, healthy.value.heldMs);
 * ```
 */
export function awaitHealthy(unit: string, request: HealthRequest): ResultAsync<HealthReport, UnhealthyError> {
  return new ResultAsync(watch(unit, request));
}

async function watch(unit: string, request: HealthRequest): Promise<Result<HealthReport, UnhealthyError>> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return err(name.error);
  const held = request.holdSeconds === undefined ? await unitHold(unit) : ok(request.holdSeconds);
  if (held.isErr()) return err(held.error);
  const holdSeconds = held.value;
  const deadline = performance.now() + (request.deadlineMs ?? holdSeconds * 1000 + START_MS);
  const all: Watch = { ...request, holdSeconds, deadline };
  const up = await comeUp(unit, all);
  if (up.isErr()) return err(up.error);
  if (up.value.mainPid === 0) return ok({ mainPid: 0, uid: null, gid: null, groups: null, umask: null, heldMs: 0 });
  return holdProcess(unit, up.value, all);
}

async function unitHold(unit: string): Promise<Result<number, SystemdError>> {
  const shown = await systemctl(['show', '--property=RestartUSec', '--', unit], { unit });
  return shown.map(({ stdout }) => {
    const micros = parseTimeSpan(parseShow(stdout).get('RestartUSec') ?? '');
    return defaultHoldSeconds(micros === null ? null : micros / 1e6);
  });
}
