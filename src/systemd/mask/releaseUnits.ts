import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkUnitName } from '../names/index.js';
import { daemonReload } from '../manager/index.js';
import { removeHoldLink } from './holdLink.js';
import type { SystemdError } from '../manager/index.js';

/**
 * Lets units go that `holdUnits` held, and starts none of them.
 *
 * Only links to /dev/null in `/run/systemd/system.control` are removed; a mask made elsewhere stays. All units are
 * tried before the first error is given. systemd then reads all unit files again, also when nothing was held, so edits
 * made meanwhile take effect.
 *
 * Errors: `INVALID_UNIT_NAME` (before anything is done), and the others of {@link SystemdError}.
 *
 * @example
 * ```ts
 * import { releaseUnits } from '@wca/runtime-sdk/systemd';
 *
 * const released = await releaseUnits(['kimaki.service']);
 * if (released.isErr()) console.error(released.error.message);
 * ```
 */
export function releaseUnits(units: readonly string[]): ResultAsync<void, SystemdError> {
  return new ResultAsync(release(units));
}

async function release(units: readonly string[]): Promise<Result<void, SystemdError>> {
  for (const unit of units) {
    const name = checkUnitName(unit);
    if (name.isErr()) return err(name.error);
  }
  let first: SystemdError | null = null;
  for (const unit of units) {
    const removed = await removeHoldLink(unit);
    if (removed.isErr()) first ??= removed.error;
  }
  const reloaded = await daemonReload();
  if (reloaded.isErr()) first ??= reloaded.error;
  return first === null ? ok(undefined) : err(first);
}
