import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import { runSitePhp } from './runSitePhp.js';
import type { SiteProbeError, SiteProbeOptions } from './runSitePhp.js';
import type { Site } from '../site/index.js';

/** The directories of a site as WordPress itself computes them. */
export interface SiteDirectoriesProbe extends Pick<
  Site,
  | 'path'
  | 'contentDir'
  | 'pluginsDir'
  | 'themesDir'
  | 'muPluginsDir'
  | 'uploadsDir'
  | 'languagesDir'
  | 'upgradeDir'
  | 'multisite'
> {
  /** All directories from which themes are loaded; plugins can add some. */
  readonly themesDirs: readonly string[];
  /** The values that differ from those of `findSite`. */
  readonly differences: readonly {
    readonly name: keyof Site;
    readonly found: string;
    readonly wordpress: string;
  }[];
}

/**
 * Asks WordPress itself, as `identity`, where its directories are and whether it is a multisite, and compares the answer
 * with what `findSite` read from the files. Nothing is written.
 *
 * The answer includes what only PHP can compute: constants, options in the database, filters. The code of the site runs
 * as `identity` and can answer anything, so root must not act on a directory outside the site because of the answer.
 * Links are resolved as far as the paths exist. `uploadsDir` is that of the main site.
 *
 * Errors: `PHP_MISSING`, `PROBE_NO_ANSWER`, `PROBE_BAD_ANSWER`; those of running a program, `ABORTED` among them.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, probeSiteDirectories } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('www-data');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const asked = await probeSiteDirectories(site.value, identity.value);
 * if (asked.isErr()) console.error(asked.error.code, asked.error.message);
 * else for (const { name, found, wordpress } of asked.value.differences) console.log(name, found, wordpress);
 * ```
 */
export function probeSiteDirectories(
  site: Site,
  identity: Identity,
  options: SiteProbeOptions = {},
): ResultAsync<SiteDirectoriesProbe, SiteProbeError> {
  return runSitePhp(site, identity, DIRECTORIES_SCRIPT, ANSWER, options).map((seen) => ({
    ...seen,
    differences: NAMES.filter((name) => seen[name] !== site[name]).map((name) => ({
      name,
      found: String(site[name]),
      wordpress: String(seen[name]),
    })),
  }));
}

const NAMES = [
  'path',
  'contentDir',
  'pluginsDir',
  'themesDir',
  'muPluginsDir',
  'uploadsDir',
  'languagesDir',
  'upgradeDir',
  'multisite',
] as const;

const ANSWER = v.object({
  path: v.string(),
  contentDir: v.string(),
  pluginsDir: v.string(),
  themesDir: v.string(),
  muPluginsDir: v.string(),
  uploadsDir: v.string(),
  languagesDir: v.string(),
  upgradeDir: v.string(),
  multisite: v.boolean(),
  themesDirs: v.array(v.string()),
});

/** Runs inside WordPress: its own constants and functions, links resolved. Writes nothing. */
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
		'path'          => wca_real( ABSPATH ),
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
