import { expect, it } from 'vitest';
import { migrateCommand } from '../../../src/kimaki/identity/migrateCommand.js';

it.each([
  [{ unit: 'kimaki.service', user: 'root' }, 'wca migrate-off-root plan && wca migrate-off-root apply'],
  [{ unit: 'kimaki.service', user: 'opencode' }, 'wca migrate-off-root plan && wca migrate-off-root apply'],
  [
    { unit: 'kimaki-a.service', user: 'agent' },
    'wca migrate-off-root plan --unit kimaki-a.service --user agent && wca migrate-off-root apply --unit kimaki-a.service --user agent',
  ],
  [
    { unit: 'kimaki-a\\x2db.service', user: 'root' },
    String.raw`wca migrate-off-root plan --unit 'kimaki-a\x2db.service' && wca migrate-off-root apply --unit 'kimaki-a\x2db.service'`,
  ],
])('names what %j has to be told apart by, quoted for a shell', (instance, command) => {
  expect(migrateCommand(instance)).toBe(command);
});
