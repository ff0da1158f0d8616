import { mkdir, readlink, symlink, unlink } from 'node:fs/promises';
import { err, ok, Result, ResultAsync } from 'neverthrow';
import { attemptAt } from '../../posix/handles/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { checkRunnableName, checkUnitName } from '../names/index.js';
import { askSystemctl, daemonReload, parseShow, systemctl } from '../manager/index.js';
import type { ManagerOptions, SystemdError } from '../manager/index.js';

/** Something other than a mask has the path at which the mask belongs. */
export interface MaskInTheWay {
  readonly code: 'MASK_IN_THE_WAY';
  readonly message: string;
  readonly path: string;
}

/** The second directory of the unit search path, before /etc (systemd.unit(5)); empty after a reboot. */
const MASK_DIRECTORY = '/run/systemd/system.control';
/** What makes a unit masked: systemd.unit(5), "a unit file that is a symlink to /dev/null". */
const MASK = '/dev/null';

/** The link that masks a unit. */
export function maskPath(unit: string): string {
  return `${MASK_DIRECTORY}/${unit}`;
}

/** Makes the link; true when it was not there before. */
export async function makeMaskLink(unit: string): Promise<Result<boolean, IoError | MaskInTheWay>> {
  const path = maskPath(unit);
  // `systemctl set-property --runtime` makes it too. A strict umask only narrows it, and systemd reads it as root.
  const directory = await attemptAt(MASK_DIRECTORY, 'mkdir', (at) => mkdir(at, { mode: 0o755 }));
  if (directory.isErr() && directory.error.errno !== 'EEXIST') return err(directory.error);
  const linked = await attemptAt(path, 'symlink', (at) => symlink(MASK, at));
  if (linked.isOk()) return ok(true);
  if (linked.error.errno !== 'EEXIST') return err(linked.error);
  if (await isMaskLink(path)) return ok(false);
  const message = `${path} exists and is not a link to /dev/null; find out who made it (systemctl cat ${unit}), remove it, and run again`;
  return err({ code: 'MASK_IN_THE_WAY', message, path });
}

/** Removes the link; anything else of that name stays. */
export async function removeMaskLink(unit: string): Promise<Result<void, IoError>> {
  const path = maskPath(unit);
  if (!(await isMaskLink(path))) return ok(undefined);
  const removed = await attemptAt(path, 'unlink', unlink);
  return removed.isErr() && removed.error.errno !== 'ENOENT' ? err(removed.error) : ok(undefined);
}

async function isMaskLink(path: string): Promise<boolean> {
  return readlink(path).then(
    (target) => target === MASK,
    () => false,
  );
}

/** A start was not refused although the unit should be masked. */
export interface MaskNotEffective {
  readonly code: 'MASK_NOT_EFFECTIVE';
  readonly message: string;
  readonly unit: string;
  readonly loadState: string;
}

/** Why a unit could not be masked. */
export type MaskError = SystemdError | MaskInTheWay | MaskNotEffective;

/**
 * Masks units, so that nothing starts them until `unmaskUnits` or a reboot, and proves it by trying a start.
 *
 * Each is masked by a link to /dev/null in `/run/systemd/system.control`, which comes before /etc. (`systemctl mask
 * --runtime` does not mask a unit that has a file in /etc: it exits 0 and the unit still starts.) A unit that is masked so
 * stays as it is. When one of them cannot be masked, this call removes the links it made.
 *
 * A running unit keeps running, without its `ExecStop=` lines: stop it first, and check afterwards that nothing started it
 * in between. Processes that are not started as this unit are not prevented.
 *
 * Errors: {@link MaskError}; `ABORTED`, after which this call's links are removed as well.
 *
 * @example
 * ```ts
 * import { maskUnits, unmaskUnits } from '@wca/runtime-sdk/systemd';
 *
 * const units = ['datamachine-worker.timer', 'kimaki.service'];
 * const masked = await maskUnits(units);
 * if (masked.isErr()) {
 *   console.error(masked.error.message);
 * } else {
 *   const unmasked = await unmaskUnits(units);
 *   if (unmasked.isErr()) console.error(unmasked.error.message);
 * }
 * ```
 */
export function maskUnits(units: readonly string[], options: ManagerOptions = {}): ResultAsync<void, MaskError> {
  return new ResultAsync(mask(units, options));
}

async function mask(units: readonly string[], options: ManagerOptions): Promise<Result<void, MaskError>> {
  for (const unit of units) {
    const name = checkRunnableName(unit);
    if (name.isErr()) return err(name.error);
  }
  const made: string[] = [];
  const masked = await linkAndProve(units, made, options);
  if (masked.isOk() || made.length === 0) return masked;
  for (const unit of made) {
    const removed = await removeMaskLink(unit);
    if (removed.isErr()) return err(withTrouble(masked.error, removed.error.message));
  }
  const reloaded = await daemonReload();
  return err(reloaded.isErr() ? withTrouble(masked.error, reloaded.error.message) : masked.error);
}

async function linkAndProve(
  units: readonly string[],
  made: string[],
  options: ManagerOptions,
): Promise<Result<void, MaskError>> {
  for (const unit of units) {
    const linked = await makeMaskLink(unit);
    if (linked.isErr()) return err(linked.error);
    if (linked.value) made.push(unit);
  }
  const reloaded = await daemonReload(options);
  if (reloaded.isErr()) return err(reloaded.error);
  const proven = await Promise.all(units.map((unit) => prove(unit, options)));
  return Result.combine(proven).map(() => undefined);
}

/** A start is tried only on what systemd calls masked: otherwise the proof itself would start it. */
async function prove(unit: string, options: ManagerOptions): Promise<Result<void, MaskError>> {
  const shown = await systemctl(['show', '--property=LoadState', '--', unit], { ...options, unit });
  if (shown.isErr()) return err(shown.error);
  const loadState = parseShow(shown.value.stdout).get('LoadState') ?? '';
  if (loadState === 'masked') {
    const tried = await askSystemctl(['start', '--', unit], options);
    if (tried.isErr()) return err(tried.error);
    if (tried.value.exitCode !== 0 && tried.value.stderr.includes('masked')) return ok(undefined);
  }
  const found = `${unit} can still be started: systemd has it as '${loadState}'`;
  const message = `${found} although ${maskPath(unit)} should mask it; see: systemctl cat ${unit}`;
  return err({ code: 'MASK_NOT_EFFECTIVE', message, unit, loadState });
}

function withTrouble(error: MaskError, trouble: string): MaskError {
  return { ...error, message: `${error.message} (and removing the mask failed: ${trouble})` };
}

/**
 * Removes the masks that `maskUnits` made, and starts no unit.
 *
 * Only links to /dev/null in `/run/systemd/system.control` are removed; a mask made elsewhere stays. All units are
 * tried before the first error is given. systemd then reads all unit files again, also when nothing was masked, so edits
 * made meanwhile take effect.
 *
 * Errors: `INVALID_UNIT_NAME` (before anything is done), and the others of {@link SystemdError}.
 *
 * @example
 * ```ts
 * import { unmaskUnits } from '@wca/runtime-sdk/systemd';
 *
 * const unmasked = await unmaskUnits(['kimaki.service']);
 * if (unmasked.isErr()) console.error(unmasked.error.message);
 * ```
 */
export function unmaskUnits(units: readonly string[], options: ManagerOptions = {}): ResultAsync<void, SystemdError> {
  return new ResultAsync(unmask(units, options));
}

async function unmask(units: readonly string[], options: ManagerOptions): Promise<Result<void, SystemdError>> {
  for (const unit of units) {
    const name = checkUnitName(unit);
    if (name.isErr()) return err(name.error);
  }
  let first: SystemdError | null = null;
  for (const unit of units) {
    const removed = await removeMaskLink(unit);
    if (removed.isErr()) first ??= removed.error;
  }
  const reloaded = await daemonReload(options);
  if (reloaded.isErr()) first ??= reloaded.error;
  return first === null ? ok(undefined) : err(first);
}
