import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseCronJobs, rootCronJobs } from '../../../src/kimaki/abilities/rootCronJobs.js';
import { makeTree } from '../support/tree.js';

const lines = (text: string, userField: boolean): number[] =>
  parseCronJobs('f', text, '/var/www/site', userField).map(({ line }) => line);

it('finds root’s lines that name the site or run wp as root', () => {
  const text = [
    'SHELL=/bin/sh',
    '# * * * * * root wp --allow-root',
    '*/5 * * * * root cd /var/www/site && wp cron event run',
    '* * * * * www-data wp --path=/var/www/site cron event run',
    '@daily root /usr/local/bin/wp --allow-root plugin list --path=/srv/b',
    '0 3 * * 1 root run-parts /etc/cron.weekly',
    '0 3 * * * root /var/www/site2/x',
    '0 3 * * * root wpx --allow-root',
    '* * * *',
  ].join('\n');
  expect(lines(text, true)).toEqual([3, 5]);
});

it('reads a crontab of root’s own without a user field', () => {
  expect(
    lines('MAILTO=root\n* * * * * wp --allow-root cron event run\n@reboot cd /var/www/site && ./x', false),
  ).toEqual([2, 3]);
});

it('shows no secret', () => {
  const [job] = parseCronJobs('f', '* * * * * root WP_TOKEN=canary1234 wp --allow-root x', '/s', true);
  expect(job?.text).toContain('wp --allow-root');
  expect(job?.text).not.toContain('canary');
});

it('looks into crontab, cron.d and the scripts of cron.daily as cron does, and root’s own', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cron-'));
  await makeTree(root, {
    'etc/crontab': '* * * * * root cd /var/www/site\n',
    'etc/cron.d/wp': '\n* * * * * root cd /var/www/site\n',
    'etc/cron.d/wp.dpkg-old': '* * * * * root cd /var/www/site\n',
    'etc/cron.d/linked': { link: 'wp' },
    'etc/cron.d/directory': null,
    'var/spool/cron/crontabs/root': '* * * * * cd /var/www/site\n',
    'etc/cron.daily/site': '#!/bin/sh\n# /var/www/site\ntar cz /var/www/site\nwp --allow-root cron event run\n',
    'etc/cron.daily/site.bak': 'tar cz /var/www/site\n',
    'etc/cron.hourly/other': '#!/bin/sh\ntar cz /var/www/site2\n',
  });
  const jobs = (await rootCronJobs('/var/www/site', root))._unsafeUnwrap();
  expect(jobs.map(({ file, line }) => `${file.slice(root.length)}:${line}`)).toEqual([
    '/etc/crontab:1',
    '/etc/cron.d/linked:2',
    '/etc/cron.d/wp:2',
    '/var/spool/cron/crontabs/root:1',
    '/etc/cron.daily/site:3',
    '/etc/cron.daily/site:4',
  ]);
  await rm(root, { recursive: true });
});

it('finds nothing where cron is not installed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cron-'));
  expect((await rootCronJobs('/var/www/site', root))._unsafeUnwrap()).toEqual([]);
  await rm(root, { recursive: true });
});
