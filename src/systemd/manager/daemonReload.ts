import type { ResultAsync } from 'neverthrow';
import { systemctl } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** systemd gives its own reload 90 s. */
const RELOAD_TIMEOUT_MS = 120_000;

/**
 * Makes systemd read all unit files and drop-ins again; when it ends, what `showUnit` tells is what the files say.
 *
 * Running processes keep what they were started with until their unit is restarted.
 *
 * A FIFO among the drop-ins would stop systemd itself, for good; it is found before, and nothing is done.
 *
 * Errors: `NOT_A_REGULAR_FILE` (that FIFO), `SYSTEMD_NOT_RUNNING`, `SYSTEMCTL_FAILED` (not root, for example), and those
 * of running a program.
 *
 * @example
 * ```ts
 * import { daemonReload } from '@wca/runtime-sdk/systemd';
 *
 * const reloaded = await daemonReload();
 * if (reloaded.isErr()) console.error(reloaded.error.message);
 * ```
 */
export function daemonReload(): ResultAsync<void, SystemdError> {
  return systemctl(['daemon-reload'], { timeoutMs: RELOAD_TIMEOUT_MS }).map(() => undefined);
}
