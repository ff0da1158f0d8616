import { Result, ResultAsync, err, ok } from 'neverthrow';
import { checkRunnableName } from '../names/index.js';
import { askSystemctl, daemonReload, parseShow, systemctl } from '../manager/index.js';
import { holdPath, makeHoldLink, removeHoldLink } from './holdLink.js';
import type { HoldInTheWay } from './holdLink.js';
import type { SystemdError } from '../manager/index.js';

/** A unit could not be held: systemd or the file system failed, something is in the way, or the hold does not hold. */
export type HoldError =
  | SystemdError
  | HoldInTheWay
  | {
      /** A start was not refused although the unit should be masked. */
      readonly code: 'HOLD_NOT_EFFECTIVE';
      readonly message: string;
      readonly unit: string;
      readonly loadState: string;
    };

/**
 * Makes sure that nothing starts these units, proven by trying, until `releaseUnits` or a reboot.
 *
 * Each is masked by a link to /dev/null in `/run/systemd/system.control`, which comes before /etc. (`systemctl mask`
 * with `--runtime` does not hold a unit that has a file in /etc: it answers 0 and the unit still starts.) Holding what
 * is held changes nothing. When one of them cannot be held, the links made by this call are taken away again.
 *
 * A running unit stays running, without its `ExecStop=` lines: stop it first, and look afterwards whether something
 * started it in between. Processes started in other ways are not kept off.
 *
 * Errors: {@link HoldError}.
 *
 * @example
 * ```ts
 * import { holdUnits, releaseUnits } from '@wca/runtime-sdk/systemd';
 *
 * const units = ['datamachine-worker.timer', 'kimaki.service'];
 * const held = await holdUnits(units);
 * if (held.isErr()) {
 *   console.error(held.error.message);
 * } else {
 *   const released = await releaseUnits(units);
 *   if (released.isErr()) console.error(released.error.message);
 * }
 * ```
 */
export function holdUnits(units: readonly string[]): ResultAsync<void, HoldError> {
  return new ResultAsync(hold(units));
}

async function hold(units: readonly string[]): Promise<Result<void, HoldError>> {
  for (const unit of units) {
    const name = checkRunnableName(unit);
    if (name.isErr()) return err(name.error);
  }
  const made: string[] = [];
  const held = await linkAndProve(units, made);
  if (held.isOk() || made.length === 0) return held;
  for (const unit of made) {
    const removed = await removeHoldLink(unit);
    if (removed.isErr()) return err(withTrouble(held.error, removed.error.message));
  }
  const reloaded = await daemonReload();
  return err(reloaded.isErr() ? withTrouble(held.error, reloaded.error.message) : held.error);
}

async function linkAndProve(units: readonly string[], made: string[]): Promise<Result<void, HoldError>> {
  for (const unit of units) {
    const linked = await makeHoldLink(unit);
    if (linked.isErr()) return err(linked.error);
    if (linked.value) made.push(unit);
  }
  const reloaded = await daemonReload();
  if (reloaded.isErr()) return err(reloaded.error);
  const proven = await Promise.all(units.map((unit) => prove(unit)));
  return Result.combine(proven).map(() => undefined);
}

/** A start is tried only on what systemd calls masked: otherwise the proof itself would start it. */
async function prove(unit: string): Promise<Result<void, HoldError>> {
  const shown = await systemctl(['show', '--property=LoadState', '--', unit], { unit });
  if (shown.isErr()) return err(shown.error);
  const loadState = parseShow(shown.value.stdout).get('LoadState') ?? '';
  if (loadState === 'masked') {
    const tried = await askSystemctl(['start', '--', unit]);
    if (tried.isErr()) return err(tried.error);
    if (tried.value.exitCode !== 0 && tried.value.stderr.includes('masked')) return ok(undefined);
  }
  const found = `${unit} can still be started: systemd has it as '${loadState}'`;
  const message = `${found} although ${holdPath(unit)} should mask it; see: systemctl cat ${unit}`;
  return err({ code: 'HOLD_NOT_EFFECTIVE', message, unit, loadState });
}

function withTrouble(error: HoldError, trouble: string): HoldError {
  return { ...error, message: `${error.message} (and undoing the hold failed: ${trouble})` };
}
