import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import { WRITTEN } from './probePluginUpdate.js';
import type { WrittenEntry } from './probePluginUpdate.js';
import { runSitePhp } from './runSitePhp.js';
import type { SiteProbeError, SiteProbeOptions } from './runSitePhp.js';
import type { Site } from '../site/index.js';

/** The result of an upload. @inline */
export interface UploadsProbe {
  /** The file was written and removed again. */
  readonly ok: boolean;
  /** The error of WordPress; empty after a success. */
  readonly message: string;
  /** The path of the file; after an error the directory for it. */
  readonly path: string;
  /** The file as WordPress wrote it; null when there was none. */
  readonly file: WrittenEntry | null;
  /** The directory of the month; null when there was none. */
  readonly directory: WrittenEntry | null;
  /** What could not be removed again. */
  readonly leftovers: readonly string[];
}

/**
 * Writes a small file (text, or another type that the site allows) with `wp_upload_bits()` of WordPress as `identity`,
 * into the directory of this month, and removes it with the directories made for it. It also removes what a killed
 * probe left there.
 *
 * No attachment is made in the database. Plugins that hook uploads (for example to copy them to other storage) see it
 * as any upload; requests to other hosts are blocked. It does not check the directories of other months.
 *
 * Errors: `PHP_MISSING`, `PROBE_NO_ANSWER`, `PROBE_BAD_ANSWER`; those of running a program, `ABORTED` among them.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, probeUploads } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('www-data');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const upload = await probeUploads(site.value, identity.value);
 * if (upload.isErr()) console.error(upload.error.code, upload.error.message);
 * else console.log(upload.value.ok ? 'uploads work' : upload.value.message);
 * ```
 */
export function probeUploads(
  site: Pick<Site, 'path' | 'host' | 'fpm'>,
  identity: Identity,
  options: SiteProbeOptions = {},
): ResultAsync<UploadsProbe, SiteProbeError> {
  return runSitePhp(site, identity, UPLOADS_SCRIPT, ANSWER, options).map(({ written, ...seen }) => ({
    ok: written && seen.leftovers.length === 0,
    ...seen,
  }));
}

const ANSWER = v.object({
  written: v.boolean(),
  message: v.string(),
  path: v.string(),
  file: WRITTEN,
  directory: WRITTEN,
  leftovers: v.array(v.string()),
});

/** Runs inside WordPress: makes one upload and removes it. */
export const UPLOADS_SCRIPT = String.raw`
function wca_entry( $path ) {
	clearstatcache();
	$stat = @lstat( $path );
	return $stat ? array( 'uid' => $stat['uid'], 'gid' => $stat['gid'], 'mode' => $stat['mode'] & 07777 ) : null;
}

$wca_target = wp_upload_dir( null, false );
$wca_new    = array();
$wca_at     = $wca_target['path'];
while ( ! file_exists( $wca_at ) && dirname( $wca_at ) !== $wca_at ) {
	$wca_new[] = $wca_at;
	$wca_at    = dirname( $wca_at );
}
$wca_made = '';
function wca_clean() {
	global $wca_made, $wca_new, $wca_target;
	// Also what a killed probe left in the directory of this month.
	$ours = array_filter(
		(array) glob( $wca_target['path'] . '/wca-upload-probe-*' ),
		fn( $path ) => preg_match( '/-[0-9a-f]{12}\.[a-z0-9]+$/', $path ) && ! is_link( $path ) && @fileowner( $path ) === posix_geteuid()
	);
	if ( '' !== $wca_made ) {
		$ours[] = $wca_made;
	}
	array_map( fn( $path ) => @unlink( $path ), $ours );
	array_map( fn( $path ) => @rmdir( $path ), $wca_new );
	clearstatcache();
	return array_values( array_unique( array_filter( array_merge( $ours, $wca_new ), 'file_exists' ) ) );
}
wca_clean();
register_shutdown_function( 'wca_clean' );

// A network of sites allows few types, and often not text.
$wca_types = array();
foreach ( array_keys( get_allowed_mime_types() ) as $wca_names ) {
	$wca_types = array_merge( $wca_types, explode( '|', $wca_names ) );
}
$wca_type   = current( array_intersect( array( 'txt', 'gif', 'png', 'jpg', 'pdf' ), $wca_types ) ) ?: ( $wca_types[0] ?? 'txt' );
$wca_bits   = 'gif' === $wca_type ? base64_decode( 'R0lGODlhAQABAAAAACH5BAEAAAAALAAAAAABAAEAAAIBAAA=' ) : "upload check\n";
$wca_upload = wp_upload_bits( 'wca-upload-probe-' . bin2hex( random_bytes( 6 ) ) . '.' . $wca_type, null, $wca_bits );
$wca_made   = isset( $wca_upload['file'] ) ? (string) $wca_upload['file'] : '';
$wca_file   = '' === $wca_made ? null : wca_entry( $wca_made );
$wca_dir    = wca_entry( $wca_target['path'] );
$wca_error  = isset( $wca_upload['error'] ) && is_string( $wca_upload['error'] ) ? $wca_upload['error'] : '';
$wca_left   = wca_clean();
remove_all_actions( 'shutdown' );
wca_answer(
	array(
		'written'   => '' === $wca_error && null !== $wca_file,
		'message'   => wp_strip_all_tags( $wca_error ),
		'path'      => '' === $wca_made ? $wca_target['path'] : $wca_made,
		'file'      => $wca_file,
		'directory' => $wca_dir,
		'leftovers' => $wca_left,
	)
);
`;
