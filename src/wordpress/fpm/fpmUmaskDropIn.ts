import type { Result } from 'neverthrow';
import { err, ok } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import type { InvalidUnitName } from '../../systemd/names/index.js';

/** The content of a drop-in file, and where it belongs. @inline */
export interface FpmDropIn {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/**
 * The drop-in that makes a php-fpm master and all its workers create files writable for their group (`UMask=0002`);
 * pure, nothing is written.
 *
 * The unit of the package stays unchanged, so upgrades work. The drop-in needs a daemon-reload and a **restart**: after
 * a reload of php-fpm the workers keep the old umask while `systemctl show` already says 0002, so check the umask with
 * `fpmWorkers`. It applies to every pool of that master, also those of other sites.
 *
 * Errors: `INVALID_UNIT_NAME`.
 *
 * @param unit - the unit of the master, `php8.2-fpm.service`
 */
export function fpmUmaskDropIn(unit: string): Result<FpmDropIn, InvalidUnitName> {
  if (!/^[A-Za-z0-9:_@][A-Za-z0-9:_.@\\-]*\.service$/.test(unit) || unit.length > 255) {
    const shown = printablePath(unit).slice(0, 80);
    const message = `"${shown}" is not the name of a service unit; expected something like php8.2-fpm.service`;
    return err({ code: 'INVALID_UNIT_NAME', message, unit: shown });
  }
  const content = `# What WordPress writes stays writable for its group, of which the agent's user is a member.
# Takes effect with a restart; a reload keeps the old umask.
[Service]
UMask=0002
`;
  return ok({ path: `/etc/systemd/system/${unit}.d/50-wca-umask.conf`, content, mode: 0o644 });
}
