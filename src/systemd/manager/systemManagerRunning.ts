import { readFile, stat } from 'node:fs/promises';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { notRunning, systemctl } from './systemctl.js';
import type { ManagerOptions } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** The service manager of this host. */
export interface SystemManager {
  /** As systemd gives it, for example `252.39-1~deb12u2`. */
  readonly version: string;
}

/**
 * Makes sure that systemd is PID 1 here and answers.
 *
 * A container without systemd, a chroot and an old init are `SYSTEMD_NOT_RUNNING`. It does not promise that systemd
 * goes on answering, or that this process may change anything.
 *
 * Source: sd_booted(3), `/run/systemd/system`; and the name of PID 1, since that directory may come from elsewhere.
 */
export function systemManagerRunning(options: ManagerOptions = {}): ResultAsync<SystemManager, SystemdError> {
  return new ResultAsync(ask(options));
}

async function ask(options: ManagerOptions): Promise<Result<SystemManager, SystemdError>> {
  const booted = await stat('/run/systemd/system').then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!booted) return err(notRunning('/run/systemd/system is not there'));
  const first = await readFile('/proc/1/comm', 'utf8').then(
    (name) => name.trim(),
    () => '',
  );
  if (first !== 'systemd') return err(notRunning(`PID 1 is '${first.slice(0, 20)}'`));
  const shown = await systemctl(['show', '--property=Version', '--value'], options);
  return shown.map(({ stdout }) => ({ version: stdout.trim() }));
}
