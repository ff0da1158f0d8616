import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolved, siteDirectories } from '../../../src/wordpress/site/siteDirectories.js';
import type { PhpDefine } from '../../../src/wordpress/php/readDefines.js';

let root = '';
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'wca-directories-')));
  await mkdir(join(root, 'wp-content'));
});
afterEach(() => rm(root, { recursive: true }));

const define = (name: string, value: PhpDefine['value'], more: Partial<PhpDefine> = {}): PhpDefine => ({
  name,
  value,
  file: '/x/wp-config.php',
  line: 3,
  conditional: false,
  written: '',
  ...more,
});

test('without constants the defaults count, and nothing is noted', async () => {
  const { notes, ...found } = await siteDirectories(root, []);
  const content = join(root, 'wp-content');
  expect(found).toEqual({
    contentDir: content,
    pluginsDir: `${content}/plugins`,
    themesDir: `${content}/themes`,
    muPluginsDir: `${content}/mu-plugins`,
    uploadsDir: `${content}/uploads`,
    languagesDir: `${content}/languages`,
    upgradeDir: `${content}/upgrade`,
  });
  expect(notes).toEqual([]);
});

test('two values of one constant, and one that is no text, are left to PHP', async () => {
  const twice = [define('WP_PLUGIN_DIR', '/a'), define('WP_PLUGIN_DIR', '/b')];
  for (const defines of [twice, [define('WP_PLUGIN_DIR', null)]]) {
    const { pluginsDir, notes } = await siteDirectories(root, defines);
    expect(pluginsDir).toBe(join(root, 'wp-content/plugins'));
    expect(notes).toEqual(['only PHP can compute WP_PLUGIN_DIR (line 3 of wp-config.php); assumed its default']);
  }
});

test('UPLOADS is relative to WordPress, and the languages of WordPress itself count where wp-content has none', async () => {
  await mkdir(join(root, 'wp-includes/languages'), { recursive: true });
  const { uploadsDir, languagesDir } = await siteDirectories(root, [define('UPLOADS', 'media')]);
  expect(uploadsDir).toBe(join(root, 'media'));
  expect(languagesDir).toBe(join(root, 'wp-includes/languages'));
});

test('of a path that does not exist, links are resolved in the part that does', async () => {
  await symlink(join(root, 'wp-content'), join(root, 'link'));
  expect(await resolved(join(root, 'link/a/b'))).toBe(join(root, 'wp-content/a/b'));
  expect(await resolved('/no/such/path')).toBe('/no/such/path');
});
