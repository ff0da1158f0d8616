// @module-tag systemd
import { expect, it } from 'vitest';
import { instanceName } from '../../../src/kimaki/bridges/instanceName.js';
import { renderUpgradeUnit } from '../../../src/kimaki/unit/renderUpgradeUnit.js';
import { askSystemd } from '../../systemd/support/oracle.js';

it('is a unit of root’s that systemd takes, and no instance of kimaki', async () => {
  const { unit, path, content, mode } = renderUpgradeUnit({ npm: '/usr/bin/npm', prefix: '/usr' })._unsafeUnwrap();
  expect({ path, mode }).toEqual({ path: `/etc/systemd/system/${unit}`, mode: 0o644 });
  expect(instanceName(unit)).toBeNull();
  expect(content).toContain('\nExecStart=/usr/bin/npm install --global --prefix /usr kimaki@latest\n');
  const [verdict] = await askSystemd([Buffer.from(content)]);
  expect(verdict?.complaints).toEqual([]);
  expect(verdict?.said.filter((line) => !/is not executable|Unit .*\.target not found/.test(line))).toEqual([]);
});

it('runs what belongs to an upgrade after it and before the instances start again', () => {
  const afterwards = ['/opt/kimaki-config/post-upgrade.sh'];
  const { content } = renderUpgradeUnit({ npm: '/usr/bin/npm', prefix: '/usr', afterwards })._unsafeUnwrap();
  expect(content).toContain(`kimaki@latest\nExecStart=${afterwards[0]}\nExecStartPost=/usr/bin/systemctl try-restart `);
});

it.each([
  [{ npm: 'npm', prefix: '/usr' }],
  [{ npm: '/usr/bin/npm; id', prefix: '/usr' }],
  [{ npm: '/usr/bin/npm', prefix: '/usr/../etc' }],
  [{ npm: '/usr/bin/npm', prefix: '/a\nUser=x' }],
  [{ npm: '/usr/bin/npm', prefix: '/usr', afterwards: ['post-upgrade.sh'] }],
])('refuses %j', (from) => {
  expect(renderUpgradeUnit(from)._unsafeUnwrapErr().code).toBe('INVALID_UPGRADE_VALUE');
});
