import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';

/** A file to be written, with its mode. */
export interface DropIn {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** Not the name of a service unit, so no drop-in path can be made of it. */
export interface InvalidUnitName {
  readonly code: 'INVALID_UNIT_NAME';
  readonly message: string;
  readonly unit: string;
}

/**
 * Gives the drop-in that makes a php-fpm master and all its workers create files writable for their group
 * (`UMask=0002`); nothing is written.
 *
 * The package's own unit stays as it is, so upgrades keep working. It needs a daemon-reload and a **restart**: after a
 * reload workers keep the old umask while `systemctl show` already says 0002, so measure it with `fpmWorkers`. It
 * applies to every pool of that master, other tenants included.
 *
 * @param unit - the master's unit, `php8.2-fpm.service`
 *
 * @example
 * ```ts
 * import { fpmUmaskDropIn } from '@wca/runtime-sdk/wordpress';
 *
 * const dropIn = fpmUmaskDropIn('php8.2-fpm.service');
 * if (dropIn.isErr()) console.error(dropIn.error.message);
 * else console.log(dropIn.value.path, dropIn.value.content);
 * ```
 *
 * Source: systemd.exec(5) UMask=, systemd.unit(5) on drop-ins.
 */
export function fpmUmaskDropIn(unit: string): Result<DropIn, InvalidUnitName> {
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
