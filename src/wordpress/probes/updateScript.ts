/** The PHP half of `probePluginUpdate`: a throw-away plugin installed, updated and deleted through the upgrader. */
export const UPDATE_SCRIPT = String.raw`
const WCA_SLUG = 'wca-update-probe';
const WCA_MARK = 'Throw-away plugin of a check whether updates work; delete it if you find it.';

require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';

/** The real upgrader, without what others would notice: maintenance mode and a cron entry. */
class Wca_Probe_Upgrader extends Plugin_Upgrader {
	public function maintenance_mode( $enable = false ) {
	}
	protected function schedule_temp_backup_cleanup() {
	}
}

/** Keeps the error: install() answers null or false and shows it to the skin only. */
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

/** The work directories of checks by this user: of those that still run, or of those that were killed. */
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
	// Nothing else than files: no mails, no look for other updates, no translations.
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
	$wca_why    = 'another check is at work in ' . $wca_running[0] . '; wait for it';
	$wca_answer = wca_result( 'prepare', new WP_Error( 'wca_running', $wca_why ) );
} elseif ( 'clean' === $wca['task'] ) {
	$wca_answer = wca_result( 'clean', true );
} elseif ( ( file_exists( $wca_plugin ) || is_link( $wca_plugin ) ) && ! wca_is_ours() ) {
	$wca_answer = wca_result( 'prepare', new WP_Error( 'wca_in_the_way', $wca_plugin . ' is there and is not ours' ) );
} else {
	wca_clean();
	// A fatal error in the middle must not leave anything either.
	register_shutdown_function( 'wca_clean' );
	$wca_answer = wca_run();
}
$wca_answer['leftovers'] = $wca_running ? array() : wca_clean();
wp_clean_plugins_cache( false );
remove_all_actions( 'shutdown' );
wca_answer( $wca_answer );
`;
