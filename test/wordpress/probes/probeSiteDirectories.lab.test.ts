import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SITE, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import type { SiteDirectoriesProbe } from '../../../src/wordpress/probes/probeSiteDirectories.js';
import { cleanHost, inHost } from '../support/inHost.js';

const PROBE = 'wordpress.probeSiteDirectories(site, web)';

describe.skipIf(!labAvailable().ok)('WordPress asked where its directories are', () => {
  let host: Host;
  let config = '';
  beforeAll(async () => {
    host = await cleanHost();
    config = await readFile(join(host.root, SITE, 'wp-config.php'), 'utf8');
  });
  afterAll(() => host.down());

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(host.root, path)), { recursive: true });
    await writeFile(join(host.root, path), text);
  }
  /** The lab's wp-config.php with more in front. */
  const configured = (more: string): string => config.replace('<?php', `<?php\n${more}`);
  async function agrees(path: string, expected: Partial<SiteDirectoriesProbe>): Promise<void> {
    const asked = (await inHost(host, PROBE, path)) as SiteDirectoriesProbe;
    expect(asked).toMatchObject({ differences: [], ...expected });
  }

  it('says what the files say of a plain install', async () => {
    await agrees(SITE, {
      path: SITE,
      contentDir: `${SITE}/wp-content`,
      uploadsDir: `${SITE}/wp-content/uploads`,
      multisite: false,
    });
  });

  it('agrees where constants place them', async () => {
    await write(
      `${SITE}/wp-config.php`,
      configured(`define( 'WP_CONTENT_DIR', dirname( __DIR__ ) . '/content' );
define( 'WP_PLUGIN_DIR', WP_CONTENT_DIR . '/modules' );
define( 'WPMU_PLUGIN_DIR', ABSPATH . 'must' );
define( 'WP_LANG_DIR', WP_CONTENT_DIR . '/lang' );
define( 'UPLOADS', 'files/up' );
`).replace('<?php', "<?php defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );"),
    );
    await host.ok(`cp -a ${SITE}/wp-content /var/www/content; mv /var/www/content/plugins /var/www/content/modules`);
    await agrees(SITE, {
      contentDir: '/var/www/content',
      pluginsDir: '/var/www/content/modules',
      muPluginsDir: `${SITE}/must`,
      languagesDir: '/var/www/content/lang',
      uploadsDir: `${SITE}/files/up`,
      upgradeDir: '/var/www/content/upgrade',
    });
    await write(`${SITE}/wp-config.php`, config);
  });

  it('agrees where a deployment links them: current, shared uploads, wp-config.php', async () => {
    await host.ok(`set -e; mkdir -p /srv/app/releases /srv/app/shared; cp -a ${SITE} /srv/app/releases/7
cd /srv/app; mv releases/7/wp-content/uploads releases/7/wp-config.php shared/
ln -s ../../../shared/uploads releases/7/wp-content/uploads; ln -s ../../shared/wp-config.php releases/7/wp-config.php
sed -i "s|__DIR__ . '/'|'/srv/app/current/'|" shared/wp-config.php; ln -s releases/7 current`);
    for (const path of ['/srv/app', '/srv/app/current', '/srv/app/releases/7/wp-content']) {
      await agrees(path, { path: '/srv/app/releases/7', uploadsDir: '/srv/app/shared/uploads' });
    }
  });

  it('agrees on a Bedrock project, though WordPress has a wp-content of its own', async () => {
    await host.ok(`set -e; mkdir -p /srv/rock/web/app; cp -a ${SITE} /srv/rock/web/wp; rm /srv/rock/web/wp/wp-config.php
cp -a ${SITE}/wp-content/. /srv/rock/web/app`);
    const settings = config.replace(/^if \( ! defined\( 'ABSPATH'[^]*/m, '');
    await write(
      '/srv/rock/web/wp-config.php',
      `<?php
require_once dirname( __DIR__ ) . '/vendor/autoload.php';
require_once dirname( __DIR__ ) . '/config/application.php';
require_once ABSPATH . 'wp-settings.php';
`,
    );
    // What Bedrock's Config does, in short: it holds definitions back until apply().
    await write(
      '/srv/rock/vendor/autoload.php',
      `<?php
class Wca_Config {
	private static $all = array();
	public static function define( $name, $value ) { self::$all[ $name ] = $value; }
	public static function get( $name ) { return self::$all[ $name ]; }
	public static function apply() { foreach ( self::$all as $name => $value ) { define( $name, $value ); } }
}
class_alias( 'Wca_Config', 'Roots\\\\WPConfig\\\\Config' );
`,
    );
    await write(
      '/srv/rock/config/application.php',
      `${settings.replace('<?php', '<?php\nuse Roots\\WPConfig\\Config;')}
$root_dir = dirname( __DIR__ );
$webroot_dir = $root_dir . '/web';
Config::define( 'CONTENT_DIR', '/app' );
Config::define( 'WP_CONTENT_DIR', $webroot_dir . Config::get( 'CONTENT_DIR' ) );
Config::define( 'WP_CONTENT_URL', 'http://127.0.0.1' . Config::get( 'CONTENT_DIR' ) );
Config::apply();
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', $webroot_dir . '/wp/' );
}
`,
    );
    await agrees('/srv/rock', { path: '/srv/rock/web/wp', contentDir: '/srv/rock/web/app' });
  });

  it('works in a network of sites, under the host name of its main one', async () => {
    const network = `define( 'WP_ALLOW_MULTISITE', true );`;
    await write(`${SITE}/wp-config.php`, configured(network));
    await write(
      '/root/network.php',
      `<?php
$_SERVER['HTTP_HOST'] = 'shop.example';
define( 'WP_INSTALLING_NETWORK', true );
require '${SITE}/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
foreach ( $wpdb->tables( 'ms_global' ) as $table => $prefixed ) { $wpdb->$table = $prefixed; }
install_network();
$done = populate_network( 1, 'shop.example', 'admin@lab.invalid', 'Shops', '/', false );
echo is_wp_error( $done ) ? json_encode( $done->get_error_codes() ) : 'done';
`,
    );
    expect(await host.ok('php /root/network.php')).toMatch(/done|no_wildcard_dns/);
    await write(
      `${SITE}/wp-config.php`,
      configured(`${network}
define( 'MULTISITE', true );
define( 'SUBDOMAIN_INSTALL', false );
define( 'DOMAIN_CURRENT_SITE', 'shop.example' );
define( 'PATH_CURRENT_SITE', '/' );
define( 'SITE_ID_CURRENT_SITE', 1 );
define( 'BLOG_ID_CURRENT_SITE', 1 );
`),
    );
    await host.ok(`chown -R www-data: ${SITE}`);
    await agrees(SITE, { multisite: true, uploadsDir: `${SITE}/wp-content/uploads` });
    expect(await inHost(host, 'wordpress.diagnoseSite(site, web)')).toMatchObject({ ok: true });
    expect(await inHost(host, 'wordpress.probePluginUpdate(site, web)')).toMatchObject({ ok: true, leftovers: [] });
    expect(await inHost(host, 'wordpress.probeUploads(site, web)')).toMatchObject({ ok: true, leftovers: [] });
    await write(`${SITE}/wp-config.php`, config);
  });

  it('finds the pool that nginx really has it served by, against all that names and owners suggest', async () => {
    await host.ok(`set -e; useradd --system shop
printf '[aaa]\\nuser = shop\\n' > /etc/php/8.2/fpm/pool.d/zz-more.conf
printf '[aaa]\\nuser = nobody\\ngroup = shop\\nlisten = /run/php/aaa.sock\\nlisten.owner = www-data\\npm = ondemand\\npm.max_children = 2\\n' > /etc/php/8.2/fpm/pool.d/aaa.conf
systemctl restart php8.2-fpm; chown www-data: ${SITE}/wp-content
echo '<?php echo posix_getpwuid( posix_geteuid() )["name"];' > ${SITE}/who.php; chmod 0644 ${SITE}/who.php`);
    const served = (): Promise<string> =>
      host.ok(['php', '-r', "echo file_get_contents( 'http://127.0.0.1/who.php' );"]);
    const owner = 'okAsync(site.owner.user + (site.notes.join().includes("other pools") ? ", guessed" : ""))';
    const found = (): Promise<unknown> =>
      inHost(host, owner.replace('okAsync', '(await import("neverthrow")).okAsync'));
    expect([await served(), await found()]).toEqual(['www-data', 'www-data']);
    await host.ok(
      "grep -Rl fastcgi_pass /etc/nginx/sites-enabled/ | xargs -n1 realpath | xargs sed -i -E 's|fastcgi_pass [^;]*;|fastcgi_pass unix:/var/run/php/aaa.sock;|'; systemctl reload nginx",
    );
    await host.waitFor(['php', '-r', "exit( 'shop' === file_get_contents( 'http://127.0.0.1/who.php' ) ? 0 : 1 );"]);
    expect(await found()).toBe('shop');
  });

  it('tells where only PHP knows', async () => {
    await write(`${SITE}/wp-config.php`, configured("define( 'WP_CONTENT_DIR', strrev( 'tnetnoc/www/rav/' ) );"));
    const asked = (await inHost(host, PROBE)) as SiteDirectoriesProbe;
    expect(asked.differences).toContainEqual({
      name: 'contentDir',
      found: `${SITE}/wp-content`,
      wordpress: '/var/www/content',
    });
    await write(`${SITE}/wp-config.php`, config);
  });
});
