import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import { attempt } from '../../posix/paths/index.js';
import { wholeNumber } from '../../posix/programs/index.js';
import { runSitePhp } from './runSitePhp.js';
import type { SiteProbeError, SiteProbeOptions } from './runSitePhp.js';
import type { Site } from '../site/index.js';

/** Owner, group and permission bits of a file or directory that WordPress wrote. @inline */
export interface WrittenEntry {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits with setgid, for example `0o2775`. */
  readonly mode: number;
}

/** The result of an update of a throw-away plugin. @inline */
export interface UpdateProbe {
  /** The plugin was installed in version 1, updated to version 2, and nothing of it is left. */
  readonly ok: boolean;
  /** The last phase it reached; in `prepare` WordPress was not asked yet. */
  readonly phase: 'prepare' | 'install' | 'update' | 'clean';
  /** WordPress's error codes (`files_not_writable`, `copy_failed_ziparchive` …); empty after a success. */
  readonly codes: readonly string[];
  readonly message: string;
  /** The data of the error, mostly the files that WordPress names. */
  readonly details: string;
  /** get_filesystem_method() for the plugins directory; an automatic update needs `direct`. */
  readonly method: string;
  /** The installed version after the last phase; null when there was no plugin. */
  readonly version: string | null;
  /** A subdirectory of the plugin as the update left it; null when there was none. */
  readonly directory: WrittenEntry | null;
  /** A file in it as the update left it; null when there was none. */
  readonly file: WrittenEntry | null;
  /** What could not be removed again. */
  readonly leftovers: readonly string[];
}

/**
 * Installs a small plugin with WordPress's own upgrader, updates it to a second version and removes it again. It shows
 * whether updates work for `identity`.
 *
 * The plugin (`wca-update-probe`, never activated) exists for a second or two. The upgrader is that of WordPress
 * (`Plugin_Upgrader`, `bulk_upgrade`); only maintenance mode, mails, requests to other hosts and the search for further
 * updates are off. Like any update it empties `wp-content/upgrade`. It leaves no directory, option or transient; the
 * next probe removes what a killed one left. A directory of that name from another source is reported
 * (`wca_in_the_way`) and not touched. While another probe runs, nothing is done (`wca_running`). The probe never defines
 * FS_METHOD.
 *
 * It does not show that other plugins can be updated (`probeSiteWritability` checks each), nor what the sandbox of
 * php-fpm or `open_basedir` refuses: it uses the command line of PHP.
 *
 * Errors: `PHP_MISSING`, `PROBE_NO_ANSWER`, `PROBE_BAD_ANSWER`; those of running a program, `ABORTED` among them. After
 * an error the plugin is removed; when that fails, the message names its directory.
 *
 * @param options - `umask`: give the one of the workers of php-fpm (`fpmWorkers`) to see what they would write
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, probePluginUpdate } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('www-data');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const update = await probePluginUpdate(site.value, identity.value);
 * if (update.isErr()) console.error(update.error.code, update.error.message);
 * else console.log(update.value.ok ? 'updates work' : `${update.value.phase}: ${update.value.codes.join(', ')}`);
 * ```
 */
export function probePluginUpdate(
  site: Pick<Site, 'path' | 'pluginsDir' | 'host' | 'fpm'>,
  identity: Identity,
  options: SiteProbeOptions = {},
): ResultAsync<UpdateProbe, SiteProbeError> {
  return new ResultAsync(probe(site, identity, options));
}

async function probe(
  site: Pick<Site, 'path' | 'pluginsDir' | 'host' | 'fpm'>,
  identity: Identity,
  { signal, ...rest }: SiteProbeOptions,
): Promise<Result<UpdateProbe, SiteProbeError>> {
  const nonce = randomBytes(8).toString('hex');
  const run = (
    task: 'run' | 'clean',
    more: SiteProbeOptions = {},
  ): ResultAsync<v.InferOutput<typeof ANSWER>, SiteProbeError> =>
    runSitePhp(site, identity, UPDATE_SCRIPT, ANSWER, { timeoutMs: 120_000, ...rest, ...more, args: { task, nonce } });
  const answer = await run('run', signal === undefined ? {} : { signal });
  if (answer.isErr()) {
    // The script ended in the middle, so remove what it made; the first error is the one to report.
    await run('clean').unwrapOr(null);
    const left = join(site.pluginsDir, 'wca-update-probe');
    const message = `${answer.error.message} ${left} still exists; delete it.`;
    return err((await attempt(() => stat(left), 'stat', left)).isOk() ? { ...answer.error, message } : answer.error);
  }
  return answer.map(({ refused, ...seen }) => ({
    ok: !refused && seen.phase === 'update' && seen.version === '2.0.0' && seen.leftovers.length === 0,
    ...seen,
  }));
}

/** A file or directory WordPress wrote, as the scripts describe it. */
export const WRITTEN = v.nullable(v.object({ uid: wholeNumber, gid: wholeNumber, mode: wholeNumber }));

const ANSWER = v.object({
  phase: v.picklist(['prepare', 'install', 'update', 'clean']),
  refused: v.boolean(),
  codes: v.array(v.string()),
  message: v.string(),
  details: v.string(),
  method: v.string(),
  version: v.nullable(v.string()),
  directory: WRITTEN,
  file: WRITTEN,
  leftovers: v.array(v.string()),
});

/** Runs inside WordPress: installs, updates and deletes a throw-away plugin with the upgrader. */
export const UPDATE_SCRIPT = String.raw`
const WCA_SLUG = 'wca-update-probe';
const WCA_MARK = 'Throw-away plugin of a check whether updates work; delete it if you find it.';

require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';

/** The real upgrader, without the parts that visitors notice: maintenance mode and a cron entry. */
class Wca_Probe_Upgrader extends Plugin_Upgrader {
	public function maintenance_mode( $enable = false ) {
	}
	protected function schedule_temp_backup_cleanup() {
	}
}

/** Keeps the error: install() returns null or false and gives the error to the skin only. */
class Wca_Probe_Skin extends Automatic_Upgrader_Skin {
	public $wca_error = null;
	public function error( $errors ) {
		$this->wca_error = is_wp_error( $errors ) ? $errors : $this->wca_error;
		parent::error( $errors );
	}
}

$wca_plugin = WP_PLUGIN_DIR . '/' . WCA_SLUG;
$wca_main   = $wca_plugin . '/' . WCA_SLUG . '.php';
$wca_temp   = sys_get_temp_dir() . '/' . WCA_SLUG . '-' . getmypid() . '-' . $wca['nonce'];
$wca_backup = WP_CONTENT_DIR . '/upgrade-temp-backup';
$wca_dirs   = array( WP_CONTENT_DIR . '/upgrade', $wca_backup, $wca_backup . '/plugins', $wca_backup . '/themes' );
$wca_new    = array_filter( $wca_dirs, fn( $path ) => ! file_exists( $path ) );

function wca_remove( $path ) {
	if ( is_dir( $path ) && ! is_link( $path ) ) {
		foreach ( array_diff( (array) @scandir( $path ), array( '.', '..', false ) ) as $name ) {
			wca_remove( $path . '/' . $name );
		}
		@rmdir( $path );
	} elseif ( is_link( $path ) || file_exists( $path ) ) {
		@unlink( $path );
	}
}

/** The work directories of probes by this user: of those that still run, or of those that were killed. */
function wca_temps( $running ) {
	$found = array();
	foreach ( (array) glob( sys_get_temp_dir() . '/' . WCA_SLUG . '-*' ) as $path ) {
		$of = array();
		if ( is_link( $path ) || @fileowner( $path ) !== posix_geteuid()
			|| ! preg_match( '/-(\d+)-[0-9a-f]{16}$/', $path, $of ) || (int) $of[1] === getmypid() ) {
			continue;
		}
		if ( is_dir( '/proc/' . $of[1] ) === $running ) {
			$found[] = $path;
		}
	}
	return $found;
}

/** Is what is there ours, from a check that was killed? */
function wca_is_ours() {
	global $wca_plugin, $wca_main;
	return ! is_link( $wca_plugin ) && is_file( $wca_main )
		&& false !== strpos( (string) @file_get_contents( $wca_main ), WCA_MARK );
}

function wca_clean() {
	global $wca_plugin, $wca_temp, $wca_backup, $wca_new, $wca_made;
	$ours = array_merge( array( $wca_temp ), wca_temps( false ) );
	if ( $wca_made || wca_is_ours() ) {
		array_push( $ours, $wca_plugin, $wca_backup . '/plugins/' . WCA_SLUG );
	}
	foreach ( (array) glob( WP_CONTENT_DIR . '/upgrade/' . WCA_SLUG . '-*' ) as $path ) {
		$ours[] = $path;
	}
	array_map( 'wca_remove', $ours );
	// What WordPress made for this goes again when nothing else is in it.
	foreach ( array_reverse( $wca_new ) as $path ) {
		@rmdir( $path );
	}
	clearstatcache();
	return array_values( array_filter( $ours, fn( $path ) => is_link( $path ) || file_exists( $path ) ) );
}

function wca_zip( $version ) {
	global $wca_temp;
	$source = $wca_temp . '/' . WCA_SLUG;
	@mkdir( $source . '/inc', 0777, true );
	$header = "<?php\n/**\n * Plugin Name: Update check\n * Description: " . WCA_MARK . "\n * Version: $version\n */\n";
	file_put_contents( $source . '/' . WCA_SLUG . '.php', $header );
	file_put_contents( $source . '/inc/part.php', "<?php // $version\n" );
	$zip = $wca_temp . '/' . WCA_SLUG . '-' . $version . '.zip';
	require_once ABSPATH . 'wp-admin/includes/class-pclzip.php';
	$archive = new PclZip( $zip );
	if ( 0 === $archive->create( $source, PCLZIP_OPT_REMOVE_PATH, $wca_temp ) ) {
		return new WP_Error( 'wca_no_zip', $archive->errorInfo( true ) );
	}
	return $zip;
}

function wca_entry( $path ) {
	clearstatcache();
	$stat = @lstat( $path );
	return $stat ? array( 'uid' => $stat['uid'], 'gid' => $stat['gid'], 'mode' => $stat['mode'] & 07777 ) : null;
}

function wca_result( $phase, $result, $skin = null ) {
	global $wca_plugin, $wca_main;
	if ( is_array( $result ) ) {
		$result = reset( $result );
	}
	$error  = is_wp_error( $result ) ? $result : ( $skin ? $skin->wca_error : null );
	$method = get_filesystem_method( array(), WP_PLUGIN_DIR );
	if ( ! $result && ! $error && 'direct' !== $method ) {
		$error = new WP_Error( 'wca_method_not_direct', "WordPress would use $method, not direct access to files" );
	}
	clearstatcache();
	$data    = is_readable( $wca_main ) ? get_file_data( $wca_main, array( 'Version' => 'Version' ) ) : array();
	$codes   = array_map( 'strval', $error ? $error->get_error_codes() : array() );
	$said    = $error ? $error->get_error_messages() : ( $skin ? $skin->get_upgrade_messages() : array() );
	$text    = html_entity_decode( wp_strip_all_tags( implode( ' ', array_map( 'strval', $said ) ) ) );
	$details = $error && is_string( $error->get_error_data() ) ? $error->get_error_data() : '';
	return array(
		'phase'     => $phase,
		'refused'   => ! $result || $error,
		'method'    => is_string( $method ) ? $method : '',
		'codes'     => array_values( $codes ),
		'message'   => substr( $text, 0, 500 ),
		'details'   => substr( $details, 0, 500 ),
		'version'   => isset( $data['Version'] ) && '' !== $data['Version'] ? $data['Version'] : null,
		'directory' => wca_entry( $wca_plugin . '/inc' ),
		'file'      => wca_entry( $wca_plugin . '/inc/part.php' ),
	);
}

function wca_run() {
	global $wca_plugin, $wca_temp, $wca_made;
	if ( ! @mkdir( $wca_temp, 0700 ) ) {
		return wca_result( 'prepare', new WP_Error( 'wca_no_temp', 'cannot make ' . $wca_temp ) );
	}
	$one = wca_zip( '1.0.0' );
	$two = is_wp_error( $one ) ? $one : wca_zip( '2.0.0' );
	if ( is_wp_error( $two ) ) {
		return wca_result( 'prepare', $two );
	}
	// Only files: no mails, no search for other updates, no translations.
	remove_all_actions( 'upgrader_process_complete' );
	remove_all_filters( 'auto_plugin_theme_update_email' );
	$keep = fn( $new, $old ) => $old;
	add_filter( 'pre_update_option_auto_plugin_theme_update_emails', $keep, PHP_INT_MAX, 2 );

	$wca_made = true;
	$skin     = new Wca_Probe_Skin();
	$upgrader = new Wca_Probe_Upgrader( $skin );
	$result   = $upgrader->install( $one, array( 'clear_update_cache' => false ) );
	if ( true !== $result ) {
		return wca_result( 'install', $result, $skin );
	}
	$name    = WCA_SLUG . '/' . WCA_SLUG . '.php';
	$update  = (object) array(
		'id'          => $name,
		'slug'        => WCA_SLUG,
		'plugin'      => $name,
		'new_version' => '2.0.0',
		'package'     => $two,
	);
	$offered = (object) array(
		'last_checked' => time(),
		'checked'      => array( $name => '1.0.0' ),
		'response'     => array( $name => $update ),
		'no_update'    => array(),
		'translations' => array(),
	);
	add_filter( 'pre_site_transient_update_plugins', fn() => $offered );
	$skin     = new Wca_Probe_Skin();
	$upgrader = new Wca_Probe_Upgrader( $skin );
	$result   = $upgrader->bulk_upgrade( array( $name ), array( 'clear_update_cache' => false ) );
	$answer   = wca_result( 'update', $result, $skin );
	if ( method_exists( $upgrader, 'delete_temp_backup' ) ) {
		$upgrader->delete_temp_backup();
	}
	return $answer;
}

$wca_made    = false;
$wca_running = wca_temps( true );
if ( $wca_running ) {
	$wca_why    = 'another probe runs in ' . $wca_running[0] . '; wait for it';
	$wca_answer = wca_result( 'prepare', new WP_Error( 'wca_running', $wca_why ) );
} elseif ( 'clean' === $wca['task'] ) {
	$wca_answer = wca_result( 'clean', true );
} elseif ( ( file_exists( $wca_plugin ) || is_link( $wca_plugin ) ) && ! wca_is_ours() ) {
	$wca_answer = wca_result( 'prepare', new WP_Error( 'wca_in_the_way', $wca_plugin . ' exists and is not from this probe' ) );
} else {
	wca_clean();
	// A fatal error must not leave anything either.
	register_shutdown_function( 'wca_clean' );
	$wca_answer = wca_run();
}
$wca_answer['leftovers'] = $wca_running ? array() : wca_clean();
wp_clean_plugins_cache( false );
remove_all_actions( 'shutdown' );
wca_answer( $wca_answer );
`;
