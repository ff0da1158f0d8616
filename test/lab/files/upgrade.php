<?php
/**
 * Updates the plugin `tiny` from a zip on the disk with WordPress's own upgrader; no double: this is WordPress itself.
 *
 *     sudo -u www-data php /opt/lab/upgrade.php /opt/lab/tiny-2.0.0.zip
 *
 * Prints {"codes": […], "version": "…"} and exits 1 when WordPress reports an error. FS_METHOD is left to
 * WordPress.
 */

define( 'WP_ADMIN', true );
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require '/var/www/site/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
wp_set_current_user( 1 );

$update               = new stdClass();
$update->last_checked = time();
$update->checked      = array( 'tiny/tiny.php' => '0' );
$update->translations = array();
$update->no_update    = array();
$update->response     = array(
	'tiny/tiny.php' => (object) array(
		'id' => 'tiny', 'slug' => 'tiny', 'plugin' => 'tiny/tiny.php', 'new_version' => '999', 'package' => $argv[1],
	),
);
set_site_transient( 'update_plugins', $update );

// bulk_upgrade() always carries the WP_Error; upgrade() may return null and keep it in the skin.
$upgrader = new Plugin_Upgrader( new Automatic_Upgrader_Skin() );
$results  = $upgrader->bulk_upgrade( array( 'tiny/tiny.php' ) );
$result   = is_array( $results ) ? $results['tiny/tiny.php'] : $results;
$codes    = is_wp_error( $result ) ? $result->get_error_codes() : array();
if ( ! $result ) {
	$codes = array( 'filesystem_method_' . get_filesystem_method() );
}

clearstatcache();
$header = get_file_data( WP_PLUGIN_DIR . '/tiny/tiny.php', array( 'version' => 'Version' ) );
echo json_encode( array( 'codes' => $codes, 'version' => $header['version'] ) ), "\n";
exit( $codes ? 1 : 0 );
