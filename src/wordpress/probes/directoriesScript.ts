/** The PHP half of `probeSiteDirectories`: WordPress's own constants and functions, links resolved. Writes nothing. */
export const DIRECTORIES_SCRIPT = String.raw`
/** The path without links; of one that does not exist, as much of it as does. */
function wca_real( $path ) {
	$path = rtrim( $path, '/' );
	$real = realpath( $path );
	return false !== $real || '' === $path ? (string) $real : rtrim( wca_real( dirname( $path ) ), '/' ) . '/' . basename( $path );
}

$wca_uploads = wp_upload_dir( null, false );
$wca_themes  = array_map( 'wca_real', array_unique( (array) $GLOBALS['wp_theme_directories'] ) );
wca_answer(
	array(
		'root'          => wca_real( ABSPATH ),
		'contentDir'    => wca_real( WP_CONTENT_DIR ),
		'pluginsDir'    => wca_real( WP_PLUGIN_DIR ),
		'themesDir'     => wca_real( get_theme_root() ),
		'muPluginsDir'  => wca_real( WPMU_PLUGIN_DIR ),
		'uploadsDir'    => wca_real( $wca_uploads['basedir'] ),
		'languagesDir'  => wca_real( WP_LANG_DIR ),
		'upgradeDir'    => wca_real( WP_CONTENT_DIR . '/upgrade' ),
		'multisite'     => is_multisite(),
		'themesDirs'    => array_values( $wca_themes ),
	)
);
remove_all_actions( 'shutdown' );
`;
