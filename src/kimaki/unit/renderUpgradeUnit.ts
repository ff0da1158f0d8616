import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { execWords } from './execWords.js';

/** The upgrade unit, not yet written. */
export interface UpgradeUnit {
  /** Its name, which is not the name of an instance. */
  readonly unit: string;
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** A path that systemd would not start. */
export interface UpgradeUnitError {
  readonly code: 'INVALID_UPGRADE_VALUE';
  readonly message: string;
  readonly field: 'npm' | 'prefix' | 'afterwards';
  readonly value: string;
}

/**
 * Renders the unit with which root upgrades kimaki, in place of the upgrade the agent can no longer make by itself.
 *
 * An unprivileged service fails silently to write into the system prefix: `--no-auto-upgrade` turns its attempt off, and
 * `systemctl start wca-upgrade-kimaki` does it instead, readable for everybody whatever root's umask is, and restarts the
 * instances that run. The operator starts it by hand or by a timer; nothing else starts it.
 *
 * Errors: `INVALID_UPGRADE_VALUE`.
 *
 * @param from - `npm`: absolute path of the program; `prefix`: where global packages are, such as `/usr`; `afterwards`:
 *   programs that root runs on what was installed, before the instances start again
 */
export function renderUpgradeUnit(from: {
  readonly npm: string;
  readonly prefix: string;
  readonly afterwards?: readonly string[];
}): Result<UpgradeUnit, UpgradeUnitError> {
  const afterwards = from.afterwards ?? [];
  const paths: readonly (readonly [field: UpgradeUnitError['field'], value: string])[] = [
    ['npm', from.npm],
    ['prefix', from.prefix],
    ...afterwards.map((path): ['afterwards', string] => ['afterwards', path]),
  ];
  for (const [field, value] of paths) {
    if (/^(\/[A-Za-z0-9_.@+-]+)+$/.test(value) && !value.split('/').includes('..')) continue;
    const shown = printablePath(value).slice(0, 200);
    const message = `"${shown}" cannot stand in the upgrade unit (${field}): an absolute path of plain characters is needed`;
    return err({ code: 'INVALID_UPGRADE_VALUE', message, field, value: shown });
  }
  const unit = 'wca-upgrade-kimaki.service';
  const install = [from.npm, 'install', '--global', '--prefix', from.prefix, 'kimaki@latest'];
  const commands = [install, ...afterwards.map((path) => [path])].map((words) => `ExecStart=${execWords(words)}`);
  const content = `[Unit]
Description=Upgrade kimaki as root, which the service itself may not
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
# npm gives what it installs the modes of whoever runs it.
UMask=0022
Environment=HOME=/root
${commands.join('\n')}
ExecStartPost=/usr/bin/systemctl try-restart kimaki.service kimaki-*.service
TimeoutStartSec=15min
`;
  return ok({ unit, path: `/etc/systemd/system/${unit}`, content, mode: 0o644 });
}
