import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import { wholeNumber } from '../../posix/programs/index.js';
import { runSitePhp } from './runSitePhp.js';
import type { SiteProbeError, SiteProbeOptions } from './runSitePhp.js';
import type { Site } from '../site/index.js';

/** What WordPress can write as one user, by its own checks. */
export interface WritabilityReport {
  /** Updates can work: both methods are `direct`, every directory is writable, nothing is unwritable. */
  readonly ok: boolean;
  readonly wordpress: string;
  /** get_filesystem_method() for wp-content; automatic updates need `direct`. */
  readonly filesystemMethod: string;
  /** The same for the plugins directory, which automatic plugin updates check. */
  readonly pluginsMethod: string;
  /** The site defines FS_METHOD itself. */
  readonly methodDefined: boolean;
  /** FS_CHMOD_DIR; null: WordPress uses the mode of ABSPATH. */
  readonly chmodDir: number | null;
  /** FS_CHMOD_FILE; null: WordPress uses the mode of index.php. */
  readonly chmodFile: number | null;
  /** DISALLOW_FILE_MODS is on: WordPress changes no files. */
  readonly fileModsDisallowed: boolean;
  /** The directories that WordPress writes to. */
  readonly directories: readonly {
    readonly name: 'content' | 'plugins' | 'themes' | 'upgrade' | 'languages' | 'uploads' | 'uploads-now';
    readonly path: string;
    readonly exists: boolean;
    /** For a directory that does not exist: WordPress can create it. */
    readonly writable: boolean;
  }[];
  /** The paths that WordPress cannot replace, by component. */
  readonly unwritable: {
    readonly count: number;
    /** Every component with such paths. */
    readonly components: readonly {
      /** `plugin:akismet`, `theme:twentytwentythree`, `upgrade`, `languages`. */
      readonly component: string;
      readonly count: number;
      /** The directory of the plugin or theme is one of them. */
      readonly itself: boolean;
      /** The first of them. */
      readonly path: string;
    }[];
    /** The first ones, at most `maxPaths`. */
    readonly paths: readonly {
      readonly path: string;
      /** `plugin:akismet`, `theme:twentytwentythree`, `upgrade`, `languages`. */
      readonly component: string;
      /** `dangling-link`: WordPress takes a link without a target for not writable. */
      readonly why: 'not-writable' | 'unreadable' | 'dangling-link';
      readonly uid: number;
      /** Permission bits, for example `0o644`. */
      readonly mode: number;
    }[];
  };
  /** Entries below uploads that WordPress cannot write. No update needs them, so they do not count for `ok`. */
  readonly uploads: {
    readonly count: number;
    /** The first of them; null when there is none. */
    readonly path: string | null;
  };
}

/** How the probe is run, and how much it lists. @inline */
export interface WritabilityOptions extends SiteProbeOptions {
  /** The number of paths that are listed; all are counted. Default 200. */
  readonly maxPaths?: number;
}

/**
 * Asks WordPress itself, as `identity`, what an update could not replace: its own check of every file of every plugin
 * and theme, the directories it needs, and `get_filesystem_method()`. Nothing is written.
 *
 * A file that its owner could make writable counts as writable when `identity` is that owner, because WordPress sets
 * the mode first. A plugin of one file is judged by its directory. WordPress 6.3 and later moves the old version away
 * before it checks, so it can succeed on files of another owner in directories of its own; these are reported too.
 *
 * `get_filesystem_method()` runs without its test file; a stream wrapper gives the answer that the file would give.
 * The probe never defines FS_METHOD. It describes the present state and tries no update (`probePluginUpdate` does). It
 * does not see the sandbox of php-fpm, quotas or `open_basedir`.
 *
 * The plugins of the site are loaded as in any request; WP-Cron, requests to other hosts and `shutdown` hooks are off.
 *
 * Errors: `PHP_MISSING`, `PROBE_NO_ANSWER`, `PROBE_BAD_ANSWER`; those of running a program, `ABORTED` among them.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, probeSiteWritability } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('www-data');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const report = await probeSiteWritability(site.value, identity.value);
 * if (report.isErr()) console.error(report.error.code, report.error.message);
 * else console.log(report.value.ok, report.value.filesystemMethod, report.value.unwritable.count);
 * ```
 *
 * Source: WP_Upgrader::clear_destination() and get_filesystem_method() of WordPress.
 */
export function probeSiteWritability(
  site: Pick<Site, 'path' | 'host' | 'fpm'>,
  identity: Identity,
  options: WritabilityOptions = {},
): ResultAsync<WritabilityReport, SiteProbeError> {
  const { maxPaths = 200, ...rest } = options;
  return runSitePhp(site, identity, WRITABILITY_SCRIPT, REPORT, {
    timeoutMs: 120_000,
    ...rest,
    args: { maxPaths },
  }).map((seen) => ({
    ok:
      seen.filesystemMethod === 'direct' &&
      seen.pluginsMethod === 'direct' &&
      seen.unwritable.count === 0 &&
      seen.directories.every(({ writable }) => writable),
    ...seen,
  }));
}

const REPORT = v.object({
  wordpress: v.string(),
  filesystemMethod: v.string(),
  pluginsMethod: v.string(),
  methodDefined: v.boolean(),
  chmodDir: v.nullable(wholeNumber),
  chmodFile: v.nullable(wholeNumber),
  fileModsDisallowed: v.boolean(),
  directories: v.array(
    v.object({
      name: v.picklist(['content', 'plugins', 'themes', 'upgrade', 'languages', 'uploads', 'uploads-now']),
      path: v.string(),
      exists: v.boolean(),
      writable: v.boolean(),
    }),
  ),
  uploads: v.object({ count: wholeNumber, path: v.nullable(v.string()) }),
  unwritable: v.object({
    count: wholeNumber,
    components: v.array(v.object({ component: v.string(), count: wholeNumber, itself: v.boolean(), path: v.string() })),
    paths: v.array(
      v.object({
        path: v.string(),
        component: v.string(),
        why: v.picklist(['not-writable', 'unreadable', 'dangling-link']),
        uid: wholeNumber,
        mode: wholeNumber,
      }),
    ),
  }),
});

/** Runs inside WordPress and writes nothing. */
export const WRITABILITY_SCRIPT = String.raw`
require_once ABSPATH . 'wp-admin/includes/file.php';

/** Replaces the test file of get_filesystem_method(): it opens when the directory is writable, and has our uid. */
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
	// Only plugins and themes are moved and deleted as a whole; their own directory is checked first.
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

/** WordPress sets the mode of its own files and tries again; that has no effect when the mode is not the reason. */
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

/** Everything at and below a directory. Links to directories are followed as in WordPress, each once. */
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

// Counted separately: no update touches these.
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
