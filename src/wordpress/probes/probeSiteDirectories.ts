import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import { DIRECTORIES_SCRIPT } from './directoriesScript.js';
import { runSitePhp } from './runSitePhp.js';
import type { SiteProbeError } from './runSitePhp.js';
import type { Site } from '../site/index.js';

/** Where WordPress itself says its directories are. */
export interface SiteDirectoriesProbe extends Pick<
  Site,
  | 'root'
  | 'contentDir'
  | 'pluginsDir'
  | 'themesDir'
  | 'muPluginsDir'
  | 'uploadsDir'
  | 'languagesDir'
  | 'upgradeDir'
  | 'multisite'
> {
  /** All directories themes are loaded from; plugins may add some. */
  readonly themesDirs: readonly string[];
  /** Where that is another answer than the one the files gave. */
  readonly differences: readonly {
    readonly name: keyof Site;
    readonly found: string;
    readonly wordpress: string;
  }[];
}

/**
 * Asks WordPress itself, as `identity`, where its directories are and whether it is a multisite, and compares that with
 * what `findSite` read from the files. Nothing is written.
 *
 * It sees what only PHP can tell: computed constants, options in the database, filters. For that the site's code runs
 * as `identity`, so what it says is the word of whoever controls that code: root must not act on a directory outside
 * the site because of it. Links are resolved as far as the paths exist. `uploadsDir` is the main site's.
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
  options: { readonly timeoutMs?: number } = {},
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
  'root',
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
  root: v.string(),
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
