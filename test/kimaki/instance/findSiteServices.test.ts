// @module-tag linux
import { expect, it } from 'vitest';
import { companionFacts, findSiteServices } from '../../../src/kimaki/instance/findSiteServices.js';
import { serviceOf } from '../../systemd/support/effectiveOf.js';

it('reads of a service what decides whether it is a companion', () => {
  const facts = companionFacts(
    serviceOf(
      'User=www-data\nWorkingDirectory=/var/www/site\nEnvironment=HOME=/root SITE=/x\nExecStart=/usr/bin/wp --path=/x cron',
    ),
  );
  expect(facts).toMatchObject({
    user: 'www-data',
    home: '/root',
    workingDirectory: '/var/www/site',
    commands: ['/usr/bin/wp --path=/x cron'],
    environment: { HOME: '/root', SITE: '/x' },
  });
});

it('gives no home that the service does not set, and no directory that it does not work in', () => {
  expect(companionFacts(serviceOf('ExecStart=/bin/true'))).toMatchObject({
    user: 'root',
    home: null,
    workingDirectory: null,
  });
});

it('finds nothing for the root directory, which every service names', async () => {
  expect((await findSiteServices('/'))._unsafeUnwrap()).toEqual([]);
});

it('finds nothing for a site that no unit names', async () => {
  expect((await findSiteServices('/var/www/wca-no-such-site'))._unsafeUnwrap()).toEqual([]);
});
