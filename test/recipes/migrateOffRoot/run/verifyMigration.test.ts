// @module-tag sqlite3
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkEach } from '../../../../src/recipes/migrateOffRoot/run/verifyMigration.js';
import { verdictsOf } from '../../../../src/recipes/proof/check.js';
import type { Subject } from '../../../../src/recipes/proof/subject.js';
import { exampleInstance } from '../../../kimaki/support/exampleInstance.js';
import { tempDir } from '../../tempDir.js';

/** As much of a subject as is looked at here; each has one channel. */
function subject(unit: string, channel: string, site = '/var/www/site'): Subject {
  const dataDir = tempDir();
  const made = `CREATE TABLE channel_directories (channel_id TEXT);
    INSERT INTO channel_directories VALUES ('${channel}')`;
  execFileSync('sqlite3', [join(dataDir, 'discord-sessions.db'), made]);
  const instance = exampleInstance('', { unit, dataDir });
  const options = { probeChannel: '1001', flow: 'Ping' };
  return { instance, site: { path: site }, options } as unknown as Subject;
}

type Point = NonNullable<Parameters<typeof checkEach>[1]>[number];

/** Says what it was asked of, and which channel. */
const own: Point = ({ instance, options }) =>
  Promise.resolve([verdictsOf('own', 1, instance.unit).passed(options.probeChannel ?? 'none')]);
const ofSite: Point = ({ site }) => Promise.resolve([verdictsOf('site', 2, site.path).passed('looked at')]);

const told = async (...subjects: readonly Subject[]): Promise<readonly (readonly unknown[])[]> =>
  (await checkEach(subjects, [own, ofSite], new Set([ofSite]))).map(({ unit, id, subject, detail }) =>
    [unit, id, subject, detail].filter((one) => one !== undefined),
  );

test('one instance has the checks as they are, and the channel that was asked for', async () => {
  expect(await told(subject('kimaki.service', '3001'))).toEqual([
    ['own', 'kimaki.service', '1001'],
    ['site', '/var/www/site', 'looked at'],
  ]);
});

test('of several each check names its unit, a site is looked at once, and the message goes to whose channel it is', async () => {
  const all = [
    subject('kimaki-a.service', '2001'),
    subject('kimaki-b.service', '1001'),
    subject('kimaki-c.service', '4001', '/srv/c'),
  ];
  expect(await told(...all)).toEqual([
    ['kimaki-a.service', 'own', 'kimaki-a.service', 'none'],
    ['kimaki-a.service', 'site', '/var/www/site', 'looked at'],
    ['kimaki-b.service', 'own', 'kimaki-b.service', '1001'],
    ['kimaki-c.service', 'own', 'kimaki-c.service', 'none'],
    ['kimaki-c.service', 'site', '/srv/c', 'looked at'],
  ]);
});
