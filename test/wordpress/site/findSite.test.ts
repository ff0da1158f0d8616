// @module-tag root
import { chown, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSite } from '../../../src/wordpress/site/findSite.js';
import type { Site } from '../../../src/wordpress/site/site.js';

let place = '';
let configDir = '';
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'wca-site-')));
  configDir = join(place, 'etc/php');
  await pool('8.2', 'www', 'www-data');
});
afterEach(() => rm(place, { recursive: true }));

async function write(path: string, text = ''): Promise<string> {
  const file = join(place, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

function pool(version: string, name: string, user: string, listen = `/run/${name}`): Promise<string> {
  return write(`etc/php/${version}/fpm/pool.d/${name}.conf`, `[${name}]\nuser = ${user}\nlisten = ${listen}\n`);
}

/** A WordPress without its code at `place/root`. */
async function wordpress(root: string, config: string | null = ''): Promise<string> {
  await write(`${root}/wp-load.php`, '<?php');
  await write(`${root}/wp-includes/version.php`, "<?php\n/** version */\n$wp_version = '6.8.1';\n");
  for (const name of ['plugins', 'themes', 'uploads']) {
    await mkdir(join(place, root, 'wp-content', name), { recursive: true });
  }
  if (config !== null) await write(`${root}/wp-config.php`, `<?php\n${config}\n`);
  return join(place, root);
}

async function find(path: string): Promise<Site> {
  return (await findSite(path, { configDir }))._unsafeUnwrap();
}

test('a plain install is described from its root and from anywhere below it', async () => {
  const root = await wordpress('www/site');
  const expected: Site = {
    path: root,
    version: '6.8.1',
    contentDir: `${root}/wp-content`,
    pluginsDir: `${root}/wp-content/plugins`,
    themesDir: `${root}/wp-content/themes`,
    muPluginsDir: `${root}/wp-content/mu-plugins`,
    uploadsDir: `${root}/wp-content/uploads`,
    languagesDir: `${root}/wp-content/languages`,
    upgradeDir: `${root}/wp-content/upgrade`,
    configPath: `${root}/wp-config.php`,
    workspace: null,
    multisite: false,
    host: null,
    owner: { user: 'www-data', uid: 33, group: 'www-data', gid: 33 },
    fpm: {
      unit: 'php8.2-fpm.service',
      version: '8.2',
      poolFile: join(configDir, '8.2/fpm/pool.d/www.conf'),
      name: 'www',
      user: 'www-data',
      group: null,
      listen: '/run/www',
    },
    notes: [],
  };
  for (const below of ['', '/', '/wp-content/plugins', '/wp-content/none/there', '/wp-load.php']) {
    expect(await find(root + below)).toEqual(expected);
  }
});

test('the constants of wp-config.php place the directories', async () => {
  const root = await wordpress(
    'www/site',
    `define('WP_CONTENT_DIR', dirname(__DIR__) . '/content');
define('WP_PLUGIN_DIR', WP_CONTENT_DIR . '/modules');
define('WPMU_PLUGIN_DIR', ABSPATH . 'must');
define('UPLOADS', 'files/up');
define('MULTISITE', true);
define('DOMAIN_CURRENT_SITE', 'example.org');`,
  );
  await mkdir(join(place, 'www/content/modules'), { recursive: true });
  const site = await find(root);
  expect(site).toMatchObject({
    contentDir: join(place, 'www/content'),
    pluginsDir: join(place, 'www/content/modules'),
    themesDir: join(place, 'www/content/themes'),
    muPluginsDir: `${root}/must`,
    uploadsDir: `${root}/files/up`,
    multisite: true,
    host: 'example.org',
  });
  expect(site.notes.join('\n')).toContain(`${root}/must belongs to the site and is outside`);
});

test('the workspace of the agent is read from wp-config.php where it is a literal', async () => {
  const literal = await wordpress('a/site', "define( 'DATAMACHINE_WORKSPACE_PATH', '/srv/agent/' . 'ws' );");
  expect(await find(literal)).toMatchObject({ workspace: '/srv/agent/ws' });
  const computed = await wordpress('b/site', "define( 'DATAMACHINE_WORKSPACE_PATH', getenv( 'WS' ) );");
  expect(await find(computed)).toMatchObject({ workspace: null });
});

test('a value that only PHP can tell keeps its default and is noted, as is one under a condition', async () => {
  const root = await wordpress(
    'site',
    `define('WP_CONTENT_DIR', getenv('CONTENT'));
if (X) { define('UPLOADS', 'up'); }
define('WP_PLUGIN_DIR', 'rel');`,
  );
  const site = await find(root);
  expect(site).toMatchObject({
    contentDir: `${root}/wp-content`,
    pluginsDir: `${root}/wp-content/plugins`,
    uploadsDir: `${root}/up`,
  });
  expect(site.notes).toEqual([
    'only PHP can compute WP_CONTENT_DIR (line 2 of wp-config.php); assumed its default',
    'UPLOADS is defined under a condition (line 3 of wp-config.php); assumed that it applies',
    'WP_PLUGIN_DIR is the relative path "rel"; assumed its default',
    `${root}/up belongs to the site and is outside ${root}/wp-content`,
  ]);
});

test('wp-config.php may lie one level above, unless another WordPress lives there', async () => {
  const root = await wordpress('www/site', null);
  const above = await write('www/wp-config.php', "<?php define('WP_CONTENT_DIR', __DIR__ . '/c');");
  await mkdir(join(place, 'www/c'));
  expect(await find(root)).toMatchObject({ configPath: above, contentDir: join(place, 'www/c') });
  await write('www/wp-settings.php');
  expect(await find(root)).toMatchObject({ configPath: null, contentDir: `${root}/wp-content` });
});

test('links are resolved: a release behind "current", a linked wp-content and a linked wp-config.php', async () => {
  const root = await wordpress('releases/7', null);
  const shared = join(place, 'shared');
  await mkdir(join(shared, 'content/plugins'), { recursive: true });
  await rm(`${root}/wp-content`, { recursive: true });
  await symlink(join(shared, 'content'), `${root}/wp-content`);
  await write('shared/wp-config.php', "<?php define('WPMU_PLUGIN_DIR', __DIR__ . '/mu');");
  await symlink('../../shared/wp-config.php', `${root}/wp-config.php`);
  await symlink('releases/7', join(place, 'current'));
  const site = await find(join(place, 'current'));
  expect(site).toMatchObject({ path: root, contentDir: `${shared}/content`, muPluginsDir: `${shared}/mu` });
  expect(site.notes).toContain(`${join(place, 'current')} is a symbolic link or lies below one; the target is ${root}`);
  expect(site.notes).toContain(`${root}/wp-config.php is a symbolic link to ${shared}/wp-config.php`);
  expect(site.notes).toContain(
    `${root}/wp-content is a symbolic link or lies below one; the target is ${shared}/content`,
  );
});

test('a Bedrock project is found from its directory, with its content beside WordPress', async () => {
  const root = await wordpress('project/web/wp', null);
  await rm(`${root}/wp-content`, { recursive: true });
  await write('project/web/wp-config.php', "<?php require_once dirname(__DIR__) . '/config/application.php';");
  await mkdir(join(place, 'project/web/app/plugins'), { recursive: true });
  const site = await find(join(place, 'project'));
  const web = join(place, 'project/web');
  expect(site).toMatchObject({ path: root, contentDir: join(web, 'app'), configPath: join(web, 'wp-config.php') });
  expect(site.notes.join('\n')).toContain('assumed that wp-content is');
});

/** What a Bedrock project has in wp-config.php and config/application.php, shortened. */
const BEDROCK = {
  config: `<?php
require_once dirname(__DIR__) . '/vendor/autoload.php';
require_once dirname(__DIR__) . '/config/application.php';
require_once ABSPATH . 'wp-settings.php';
`,
  application: `<?php
use Roots\\WPConfig\\Config;
use function Env\\env;
$root_dir = dirname(__DIR__);
$webroot_dir = $root_dir . '/web';
define('WP_ENV', env('WP_ENV') ?: 'production');
Config::define('WP_HOME', env('WP_HOME'));
Config::define('CONTENT_DIR', '/app');
Config::define('WP_CONTENT_DIR', $webroot_dir . Config::get('CONTENT_DIR'));
Config::define('MULTISITE', true);
Config::define('DOMAIN_CURRENT_SITE', 'example.org');
$env_config = __DIR__ . '/environments/' . WP_ENV . '.php';
if (file_exists($env_config)) {
    require_once $env_config;
}
Config::apply();
if (!defined('ABSPATH')) {
    define('ABSPATH', $webroot_dir . '/wp/');
}
`,
};

test('the configuration of Bedrock is read where it is, even if WordPress brought a wp-content of its own', async () => {
  const root = await wordpress('project/web/wp', null);
  const web = join(place, 'project/web');
  await write('project/web/wp-config.php', BEDROCK.config);
  await write('project/config/application.php', BEDROCK.application);
  for (const name of ['plugins', 'mu-plugins', 'uploads']) await mkdir(join(web, 'app', name), { recursive: true });
  for (const start of ['project', 'project/web', 'project/web/wp', 'project/web/wp/wp-includes']) {
    expect(await find(join(place, start))).toMatchObject({
      path: root,
      contentDir: `${web}/app`,
      muPluginsDir: `${web}/app/mu-plugins`,
      uploadsDir: `${web}/app/uploads`,
      configPath: `${web}/wp-config.php`,
      multisite: true,
      host: 'example.org',
      notes: [],
    });
  }
});

test('a project is found with its releases behind a link, and what an included file hides is noted', async () => {
  const root = await wordpress(
    'app/releases/7/public',
    "require __DIR__ . '/../local.php';\nrequire __DIR__ . '/none.php';",
  );
  await write('app/releases/7/local.php', '<?php define(');
  await symlink('releases/7', join(place, 'app/current'));
  const site = await find(join(place, 'app'));
  expect(site.path).toBe(root);
  expect(site.notes).toEqual([`${join(place, 'app/releases/7/local.php')}, which it includes, is not valid PHP`]);
});

test('a wp-config.php that cannot be read as PHP leaves defaults, a note and none of its secrets', async () => {
  const root = await wordpress('site', "define('DB_PASSWORD', 'hunter2'; }");
  const site = await find(root);
  expect(site.contentDir).toBe(`${root}/wp-content`);
  expect(site.notes).toHaveLength(1);
  expect(JSON.stringify(site)).not.toContain('hunter2');
});

test('of several pools the one whose socket exists serves the site, and the choice is noted', async () => {
  const root = await wordpress('site');
  const listen = join(place, 'old.sock');
  await pool('7.4', 'www', 'nobody', listen);
  const server = createServer().listen(listen);
  await new Promise((done) => server.once('listening', done));
  const site = await find(root);
  server.close();
  expect(site.owner.user).toBe('nobody');
  expect(site.fpm?.unit).toBe('php7.4-fpm.service');
  expect(site.notes.join()).toContain('other pools: www (php8.2-fpm.service, www-data)');
});

test('without php-fpm the owner of wp-content is taken for the user, with a note', async () => {
  const root = await wordpress('site');
  await rm(configDir, { recursive: true });
  await chown(`${root}/wp-content`, 33, 33);
  const site = await find(root);
  expect(site).toMatchObject({ fpm: null, owner: { user: 'www-data', uid: 33, group: 'www-data', gid: 33 } });
  expect(site.notes.join()).toContain('the host has no php-fpm pool');
});

test('what is no site, or cannot be described, is refused', async () => {
  const refused = async (path: string): Promise<unknown> => (await findSite(path, { configDir }))._unsafeUnwrapErr();
  expect(await refused(place)).toMatchObject({ code: 'NOT_A_SITE', path: place });
  expect(await refused('/')).toMatchObject({ code: 'NOT_A_SITE' });
  expect(await refused('www/site')).toMatchObject({ code: 'RELATIVE_PATH' });
  const bare = await wordpress('bare');
  await rm(`${bare}/wp-content`, { recursive: true });
  const message = `${bare} has WordPress, but its wp-content ${bare}/wp-content does not exist`;
  expect(await refused(bare)).toMatchObject({ code: 'NOT_A_SITE', message });
  await pool('8.2', 'www', 'no-such-user');
  expect(await refused(await wordpress('site'))).toMatchObject({ code: 'USER_NOT_FOUND' });
});
