/** The PHP half of `probeSiteWritability`: runs inside WordPress and writes nothing. */
export const WRITABILITY_SCRIPT = String.raw`
require_once ABSPATH . 'wp-admin/includes/file.php';

/** Stands in for the test file of get_filesystem_method(): it opens where the directory is writable, and is ours. */
class Wca_Probe_File {
	public $context;
	public static $writable = false;
	public function stream_open() {
		return self::$writable;
	}
	public function stream_close() {
	}
	public function unlink() {
		return true;
	}
	public function url_stat() {
		return array( 'mode' => 0100644, 'uid' => $GLOBALS['wca']['uid'], 'gid' => 0, 'size' => 0, 'mtime' => 0 );
	}
}
stream_wrapper_register( 'wcaprobe', 'Wca_Probe_File' );

function wca_method( $directory ) {
	Wca_Probe_File::$writable = is_writable( $directory );
	$method = get_filesystem_method( array(), 'wcaprobe://' . ltrim( $directory, '/' ) );
	return is_string( $method ) ? $method : '';
}

function wca_directory( $name, $path ) {
	$exists = is_dir( $path );
	$at     = $path;
	while ( ! file_exists( $at ) && dirname( $at ) !== $at ) {
		$at = dirname( $at );
	}
	return array(
		'name'     => $name,
		'path'     => $path,
		'exists'   => $exists,
		'writable' => is_dir( $at ) && is_writable( $at ),
	);
}

$wca_found = array( 'count' => 0, 'components' => array(), 'paths' => array() );
function wca_report( $path, $component, $why ) {
	global $wca_found, $wca;
	++$wca_found['count'];
	if ( ! isset( $wca_found['components'][ $component ] ) ) {
		$wca_found['components'][ $component ] = array(
			'component' => $component,
			'count'     => 0,
			'itself'    => false,
			'path'      => $path,
		);
	}
	++$wca_found['components'][ $component ]['count'];
	// Only plugins and themes are things that are moved and deleted whole; their own directory is looked at first.
	if ( 'not-writable' === $why && is_dir( $path ) && str_ends_with( $component, ':' . basename( $path ) ) ) {
		$wca_found['components'][ $component ]['itself'] = true;
	}
	if ( count( $wca_found['paths'] ) < $wca['maxPaths'] ) {
		$stat                 = @lstat( $path );
		$wca_found['paths'][] = array(
			'path'      => $path,
			'component' => $component,
			'why'       => $why,
			'uid'       => $stat ? $stat['uid'] : -1,
			'mode'      => $stat ? $stat['mode'] & 07777 : 0,
		);
	}
}

/** WordPress would chmod what it owns and try again; where its mode does not forbid it, that changes nothing. */
function wca_check( $path, $component ) {
	if ( is_link( $path ) && ! file_exists( $path ) ) {
		wca_report( $path, $component, 'dangling-link' );
	} elseif ( ! is_writable( $path ) ) {
		$own = @fileowner( $path ) === $GLOBALS['wca']['uid'];
		if ( ! $own || ( (int) @fileperms( $path ) & 0200 ) ) {
			wca_report( $path, $component, 'not-writable' );
		}
	}
}

/** Everything at and below a directory. Links to directories are followed as WordPress does, but none twice. */
function wca_tree( $base, $component, $itself = true ) {
	$seen  = array();
	$stack = array( $base );
	if ( $itself ) {
		wca_check( $base, $component );
	}
	while ( $stack ) {
		$directory = array_pop( $stack );
		$real      = realpath( $directory );
		if ( isset( $seen[ $real ] ) ) {
			continue;
		}
		$seen[ $real ] = true;
		$names         = @scandir( $directory );
		if ( false === $names ) {
			wca_report( $directory, $component, 'unreadable' );
			continue;
		}
		foreach ( array_diff( $names, array( '.', '..' ) ) as $name ) {
			$path = $directory . '/' . $name;
			wca_check( $path, $component );
			if ( is_dir( $path ) ) {
				$stack[] = $path;
			}
		}
	}
}

$wca_uploads     = wp_upload_dir( null, false );
$wca_directories = array(
	wca_directory( 'content', WP_CONTENT_DIR ),
	wca_directory( 'plugins', WP_PLUGIN_DIR ),
	wca_directory( 'upgrade', WP_CONTENT_DIR . '/upgrade' ),
	wca_directory( 'languages', WP_LANG_DIR ),
	wca_directory( 'uploads', $wca_uploads['basedir'] ),
	wca_directory( 'uploads-now', $wca_uploads['path'] ),
);
$wca_sets = array(
	'plugin' => array( WP_PLUGIN_DIR ),
	'theme'  => array_unique( (array) $GLOBALS['wp_theme_directories'] ),
);
foreach ( $wca_sets as $wca_kind => $wca_roots ) {
	foreach ( $wca_roots as $wca_root ) {
		if ( 'theme' === $wca_kind ) {
			$wca_directories[] = wca_directory( 'themes', $wca_root );
		}
		foreach ( (array) @scandir( $wca_root ) as $wca_name ) {
			if ( is_string( $wca_name ) && '.' !== $wca_name && '..' !== $wca_name && is_dir( "$wca_root/$wca_name" ) ) {
				wca_tree( "$wca_root/$wca_name", "$wca_kind:$wca_name" );
			}
		}
	}
}
foreach ( array( 'upgrade' => WP_CONTENT_DIR . '/upgrade', 'languages' => WP_LANG_DIR ) as $wca_name => $wca_root ) {
	if ( is_dir( $wca_root ) ) {
		wca_tree( $wca_root, $wca_name, false );
	}
}

// Apart from the rest: no update touches these.
$wca_updates = $wca_found;
$wca_found   = array( 'count' => 0, 'components' => array(), 'paths' => array() );
if ( is_dir( $wca_uploads['basedir'] ) ) {
	wca_tree( $wca_uploads['basedir'], 'uploads', false );
}
$wca_closed = $wca_found;
$wca_found  = $wca_updates;

wca_answer(
	array(
		'wordpress'          => $GLOBALS['wp_version'],
		'filesystemMethod'   => wca_method( WP_CONTENT_DIR ),
		'pluginsMethod'      => wca_method( WP_PLUGIN_DIR ),
		'methodDefined'      => defined( 'FS_METHOD' ),
		'chmodDir'           => defined( 'FS_CHMOD_DIR' ) ? (int) FS_CHMOD_DIR : null,
		'chmodFile'          => defined( 'FS_CHMOD_FILE' ) ? (int) FS_CHMOD_FILE : null,
		'fileModsDisallowed' => defined( 'DISALLOW_FILE_MODS' ) && DISALLOW_FILE_MODS,
		'directories'        => $wca_directories,
		'unwritable'         => array_merge(
			$wca_found,
			array( 'components' => array_values( $wca_found['components'] ) )
		),
		'uploads'            => array(
			'count' => $wca_closed['count'],
			'path'  => $wca_closed['components']['uploads']['path'] ?? null,
		),
	)
);
remove_all_actions( 'shutdown' );
`;
