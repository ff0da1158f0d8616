import { expect, test } from 'vitest';
import { migrationRemedy } from '../../../src/kimaki/identity/index.js';
import { remedy } from '../../../src/posix/findings/index.js';
import { faultFinding } from '../../../src/recipes/diagnosis/siteParts.js';
import { exampleInstance } from '../../kimaki/support/exampleInstance.js';

type Around = Parameters<typeof faultFinding>[0];
type Fault = Parameters<typeof faultFinding>[1];

const OWN = remedy.text('what the site itself needs');
const around = (instance: Around['instance']): Around =>
  ({ site: { path: '/srv/site' }, web: { user: { name: 'www-data' } }, instance }) as Around;
const fault = (id: string): Fault =>
  ({
    id,
    severity: 'broken',
    subject: '/srv/site',
    what: 'it is closed',
    evidence: ['/srv/site'],
    remedy: OWN,
    blockedAt: null,
  }) as unknown as Fault;

test('a fault of a site with an agent is repaired by the migration, and by its own remedy without one', () => {
  const instance = exampleInstance();
  expect(faultFinding(around(instance), fault('not-writable')).remedy).toEqual(migrationRemedy(instance));
  expect(faultFinding(around(null), fault('not-writable')).remedy).toBe(OWN);
});

test('a setting of WordPress keeps its own remedy, with an agent too', () => {
  expect(faultFinding(around(exampleInstance()), fault('file-mods-off')).remedy).toBe(OWN);
});

test('where WordPress writes by FTP, its own remedy comes first and then the access of its account', () => {
  expect(faultFinding(around(exampleInstance()), fault('not-direct')).remedy).toEqual(
    remedy.inOrder(
      OWN,
      remedy.call('explainAccess', '/srv/site/wp-admin/includes/file.php', { as: 'www-data', for: 'write' }),
    ),
  );
});

test('what only the examination needs is not part of the finding', () => {
  expect(faultFinding(around(null), fault('not-writable'))).not.toHaveProperty('blockedAt');
});
