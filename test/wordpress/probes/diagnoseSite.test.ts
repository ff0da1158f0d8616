import { expect, test } from 'vitest';
import { remedy } from '../../../src/posix/findings/remedy.js';
import { located } from '../../../src/wordpress/probes/diagnoseSite.js';
import type { SiteFault } from '../../../src/wordpress/probes/judgeWritability.js';

const SITE = { contentDir: '/w/wp-content', pluginsDir: '/w/wp-content/plugins', themesDir: '/w/wp-content/themes' };
const WEB = {
  user: { name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: '/usr/sbin/nologin', gecos: '' },
  group: { name: 'www-data', gid: 33, members: [] },
  groups: [],
} as unknown as Parameters<typeof located>[3];
const BLOCK = { path: '/w/wp-content', reason: 'mode 0755, owner root' } as Parameters<typeof located>[1];

const fault = (more: Partial<SiteFault>): SiteFault => ({
  id: 'plugin-closed',
  severity: 'broken',
  subject: 'plugin:akismet',
  what: 'files cannot be replaced',
  evidence: ['/w/wp-content/plugins/akismet/a.php'],
  remedy: remedy.text('-'),
  path: '/w/wp-content/plugins/akismet/a.php',
  count: 1,
  wordpressSays: null,
  ...more,
});

test('the component that refuses is added to sentence and evidence, once', () => {
  const found = located(fault({}), BLOCK, SITE, WEB);
  expect(found.what).toBe('files cannot be replaced; /w/wp-content refuses (mode 0755, owner root)');
  expect(found.evidence).toEqual(['/w/wp-content/plugins/akismet/a.php', '/w/wp-content']);
  const named = located(fault({ what: '/w/wp-content is not writable' }), BLOCK, SITE, WEB);
  expect(named.what).toBe('/w/wp-content is not writable (mode 0755, owner root)');
  expect(named.evidence).toHaveLength(1);
});

test('without such a component the fault stays as it was judged', () => {
  const found = located(fault({}), null, SITE, WEB);
  expect(found).toMatchObject({ what: 'files cannot be replaced', blockedAt: null });
});

test.each<[Partial<SiteFault>, string]>([
  [{}, '/w/wp-content/plugins/akismet'],
  [{ subject: 'theme:one', id: 'theme-closed' }, '/w/wp-content/themes/one'],
  [{ subject: 'upgrade', id: 'upgrade-closed', path: '/w/wp-content/upgrade' }, '/w/wp-content/upgrade'],
])('the remedy of %j is about %s', (more, tree) => {
  const owner = { from: 'root', to: 'www-data:www-data' };
  expect(located(fault(more), BLOCK, SITE, WEB).remedy).toEqual(remedy.call('reclaim', tree, owner));
});

test.each<Partial<SiteFault>>([
  { subject: 'plugin:../../../etc' },
  { subject: 'theme:../../../../etc/cron.d', id: 'theme-closed' },
  { subject: 'upgrade', id: 'upgrade-closed', path: '/etc' },
  { subject: 'uploads', id: 'uploads-closed', path: '/w/wp-content-2' },
])('no owner outside wp-content is to be changed because the code of the site says so: %j', (more) => {
  const { remedy: way } = located(fault(more), BLOCK, SITE, WEB);
  expect(way).toMatchObject({ kind: 'text' });
  expect(JSON.stringify(way)).toContain('lies outside wp-content');
});

test('a fault that is not about a path keeps its remedy', () => {
  const about = fault({ subject: 'wordpress', id: 'not-direct', path: null });
  expect(located(about, null, SITE, WEB).remedy).toEqual(about.remedy);
});
