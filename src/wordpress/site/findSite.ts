import { dirname, isAbsolute, join, resolve } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { fileStatus } from './fileStatus.js';
import { findFpmPools } from '../fpm/index.js';
import type { Site, SiteError, SiteOptions } from './site.js';
import { siteConfig } from './siteConfig.js';
import { resolved, siteDirectories } from './siteDirectories.js';
import { siteOwner } from './siteOwner.js';
import { wordpressVersion } from './wordpressVersion.js';

/**
 * Finds the WordPress install that `path` is in (or is the project directory of) and says where its parts really are
 * and who it runs as. It only reads files.
 *
 * Sought are `wp-load.php` and `wp-includes` in `path` and above it, then in the places below it where Bedrock,
 * Deployer and hosting panels have them (`web/wp`, `current/public` …). Directories follow the constants of
 * wp-config.php (in the root or one level above) and of the files it includes, read without running them: literals,
 * `__DIR__`, `dirname()`, ABSPATH, concatenations of these, and Bedrock's `Config::define`. What only PHP could tell
 * keeps its default and is said in `notes`, as are links, directories outside wp-content, and a choice among several
 * php-fpm pools. Options in the database are not read; `probeSiteDirectories` asks WordPress itself.
 *
 * The pool: if the host has one, that; among several, the one nginx sends the PHP of this directory to; where that is
 * not to be seen (Apache, variables), those whose socket exists, whose user owns wp-content, named after a directory on
 * the site's path, named `www`, of the newest PHP, in this order, with a note.
 *
 * @param path - absolute path of the install or of anything below it
 *
 * @example
 * ```ts
 * import { findSite } from '@wca/runtime-sdk/wordpress';
 *
 * const site = await findSite('/var/www/site');
 * if (site.isErr()) console.error(site.error.code, site.error.message);
 * else console.log(site.value.pluginsDir, site.value.owner.user, site.value.notes);
 * ```
 */
export function findSite(path: string, options: SiteOptions = {}): ResultAsync<Site, SiteError> {
  return new ResultAsync(find(path, options));
}

async function find(path: string, options: SiteOptions): Promise<Result<Site, SiteError>> {
  const shown = printablePath(path);
  if (!isAbsolute(path)) {
    const message = `"${shown}" is relative; give the absolute path of the site`;
    return err({ code: 'RELATIVE_PATH', message, path: shown });
  }
  const real = await resolved(path);
  const root = await findRoot(real);
  if (root === null) {
    const message = `no WordPress at ${shown} or above it: a directory with wp-load.php and wp-includes is expected`;
    return err({ code: 'NOT_A_SITE', message, path: shown });
  }
  const config = await siteConfig(root);
  if (config.isErr()) return err(config.error);
  const { configPath, defines } = config.value;
  const { notes: assumed, ...directories } = await siteDirectories(root, defines);
  const content = await fileStatus(directories.contentDir);
  if (content.isErr()) {
    if (content.error.errno !== 'ENOENT') return err(content.error);
    const message = `${root} is WordPress, but its wp-content is not at ${printablePath(directories.contentDir)}`;
    return err({ code: 'NOT_A_SITE', message, path: shown });
  }
  const pools = await findFpmPools(options);
  if (pools.isErr()) return err(pools.error);
  const runsAs = await siteOwner(root, content.value, pools.value, options.nginxConfig ?? '/etc/nginx/nginx.conf');
  if (runsAs.isErr()) return err(runsAs.error);

  const { owner, fpm, note } = runsAs.value;
  const host = defines.find(({ name }) => name === 'DOMAIN_CURRENT_SITE')?.value;
  return ok({
    root,
    version: await wordpressVersion(root),
    ...directories,
    configPath,
    multisite: defines.some(({ name, value }) => name === 'MULTISITE' && value === true),
    host: typeof host === 'string' ? host : null,
    owner,
    fpm,
    notes: [
      ...(real === resolve(path) ? [] : [`${shown} is a link or goes through one; it leads to ${printablePath(real)}`]),
      ...config.value.notes,
      ...assumed,
      ...(note === null ? [] : [note]),
    ],
  });
}

/** Below a project's directory: Bedrock, WordPress in a directory of its own, a web root, a release behind a link. */
const BELOW = ['', 'current/'].flatMap((project) =>
  ['', 'web/', 'public/', 'public_html/', 'htdocs/', 'html/'].flatMap((web) =>
    ['', 'wp', 'wordpress'].map((core) => project + web + core),
  ),
);

async function findRoot(start: string): Promise<string | null> {
  for (let at = start; ; at = dirname(at)) {
    if (await isRoot(at)) return at;
    if (at === dirname(at)) break;
  }
  for (const below of BELOW) {
    const candidate = await resolved(join(start, below));
    if (await isRoot(candidate)) return candidate;
  }
  return null;
}

async function isRoot(directory: string): Promise<boolean> {
  const load = await fileStatus(join(directory, 'wp-load.php'));
  const includes = await fileStatus(join(directory, 'wp-includes'));
  return load.isOk() && load.value.isFile() && includes.isOk() && includes.value.isDirectory();
}
