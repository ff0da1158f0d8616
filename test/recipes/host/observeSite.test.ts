import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownTrees, writableDirectories } from '../../../src/recipes/host/observeSite.js';
import { tempDir } from '../tempDir.js';

type Site = Parameters<typeof writableDirectories>[0];

function siteIn(root: string): Site {
  const contentDir = join(root, 'wp-content');
  return {
    path: root,
    version: null,
    contentDir,
    pluginsDir: join(contentDir, 'plugins'),
    themesDir: join(contentDir, 'themes'),
    muPluginsDir: join(contentDir, 'mu-plugins'),
    uploadsDir: join(contentDir, 'uploads'),
    languagesDir: join(contentDir, 'languages'),
    upgradeDir: join(contentDir, 'upgrade'),
    configPath: null,
    workspace: null,
    multisite: false,
    host: null,
    owner: { user: 'www-data', uid: 33, group: 'www-data', gid: 33 },
    fpm: null,
    notes: [],
  };
}

test('lists the directories that are there, and neither files nor links nor wp-content itself', async () => {
  const site = siteIn(tempDir());
  mkdirSync(site.pluginsDir, { recursive: true });
  mkdirSync(site.uploadsDir);
  writeFileSync(site.upgradeDir, 'no directory');
  symlinkSync(site.pluginsDir, site.themesDir);
  expect(await writableDirectories(site)).toEqual([site.pluginsDir, site.uploadsDir]);
});

test('lists a place once that serves as two', async () => {
  const site = siteIn(tempDir());
  mkdirSync(site.pluginsDir, { recursive: true });
  expect(await writableDirectories({ ...site, languagesDir: site.pluginsDir })).toEqual([site.pluginsDir]);
});

test('the trees of a site are wp-content and what lies outside of it', () => {
  expect(ownTrees('/site/wp-content', ['/site/wp-content/plugins', '/srv/uploads', '/site/wp-content-other'])).toEqual([
    '/site/wp-content',
    '/srv/uploads',
    '/site/wp-content-other',
  ]);
});
