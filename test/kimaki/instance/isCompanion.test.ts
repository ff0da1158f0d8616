import { expect, it } from 'vitest';
import { isCompanion } from '../../../src/kimaki/instance/isCompanion.js';
import type { SiteServiceFacts } from '../../../src/kimaki/instance/isCompanion.js';

const of = { unit: 'kimaki.service', site: '/var/www/site', user: 'root', home: '/root' };
const worker: SiteServiceFacts = {
  unit: 'datamachine-worker.service',
  user: 'root',
  home: '/root',
  workingDirectory: null,
  environment: {},
  commands: [`/bin/sh -lc 'cd "/var/www/site" && wp datamachine worker run --once'`],
};

it('takes a service that works on the site as the same user or with the same HOME', () => {
  expect(isCompanion(worker, of)).toBe(true);
  expect(isCompanion({ ...worker, home: null }, of)).toBe(true);
  expect(isCompanion({ ...worker, user: 'www-data' }, of)).toBe(true);
  expect(isCompanion({ ...worker, commands: [], workingDirectory: '/var/www/site' }, of)).toBe(true);
  expect(isCompanion({ ...worker, commands: [], environment: { SITE: '/var/www/site' } }, of)).toBe(true);
});

it('leaves another identity, another site and other instances alone', () => {
  expect(isCompanion({ ...worker, user: 'www-data', home: null }, of)).toBe(false);
  expect(isCompanion({ ...worker, user: 'www-data', home: '/var/www' }, of)).toBe(false);
  expect(isCompanion({ ...worker, commands: ['wp --path=/var/www/site2'] }, of)).toBe(false);
  expect(isCompanion({ ...worker, unit: 'kimaki-shop.service' }, of)).toBe(false);
  expect(isCompanion({ ...worker, unit: 'kimaki.service' }, of)).toBe(false);
  expect(isCompanion(worker, { ...of, site: null })).toBe(false);
  expect(isCompanion(worker, { ...of, site: '/' })).toBe(false);
});
