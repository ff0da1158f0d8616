import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attempt, printablePath, unlessAborted } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import { childOf, childrenOf, decodeNode, parsePhpFile, textOf } from '../php/index.js';
import { findFpmPools } from '../fpm/index.js';
import type { Site, SiteError, SiteOptions } from './site.js';
import { siteConfig } from './siteConfig.js';
import { resolved, siteDirectories } from './siteDirectories.js';
import { siteOwner } from './siteOwner.js';

/**
 * Finds the WordPress install at or around a path, and describes where its parts are and which user it runs as. It only
 * reads files.
 *
 * It looks for `wp-load.php` and `wp-includes` in `path` and the directories above, then in the places below `path` that
 * Bedrock, Deployer and hosting panels use (`web/wp`, `current/public` …). The directories follow the constants of
 * wp-config.php (beside wp-load.php or one level above) and of the files that it includes. These are parsed, not run:
 * literals, `__DIR__`, `dirname()`, ABSPATH, concatenations, and `Config::define` of Bedrock. A constant with another
 * value keeps its default and gets a note. Links, directories outside wp-content and a choice between several php-fpm
 * pools get a note too. Options in the database are not read: `probeSiteDirectories` asks WordPress itself.
 *
 * The pool is the only one of the host, or the one to which nginx sends the PHP of the site. If that does not decide
 * (Apache, variables), these rules narrow the choice, in this order: its socket exists; its user owns wp-content; its
 * name is in the path of the site; its name is `www`; its PHP is the newest.
 *
 * Errors: `NOT_A_SITE`, `RELATIVE_PATH`; those of the pools, of reading a file and of looking up the user; `ABORTED`.
 *
 * @param path - absolute path of the install, of its project directory, or of a file below it
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
    const message = `"${shown}" is a relative path; give the absolute path of the site`;
    return err({ code: 'RELATIVE_PATH', message, path: shown });
  }
  const real = await resolved(path);
  const root = await findRoot(real);
  if (root === null) {
    const message = `found no WordPress at ${shown} or above; expected a directory with wp-load.php and wp-includes`;
    return err({ code: 'NOT_A_SITE', message, path: shown });
  }
  const config = await siteConfig(root);
  if (config.isErr()) return err(config.error);
  const { configPath, defines } = config.value;
  const { notes: assumed, ...directories } = await siteDirectories(root, defines);
  const content = await status(directories.contentDir);
  if (content.isErr()) {
    if (content.error.errno !== 'ENOENT') return err(content.error);
    const message = `${printablePath(root)} has WordPress, but its wp-content ${printablePath(directories.contentDir)} does not exist`;
    return err({ code: 'NOT_A_SITE', message, path: shown });
  }
  const wanted = unlessAborted(options.signal, `reading the site ${shown}`);
  if (wanted.isErr()) return err(wanted.error);
  const pools = await findFpmPools(options);
  if (pools.isErr()) return err(pools.error);
  const runsAs = await siteOwner(root, content.value, pools.value, options.nginxConfig ?? '/etc/nginx/nginx.conf');
  if (runsAs.isErr()) return err(runsAs.error);

  const { owner, fpm, note } = runsAs.value;
  const workspace = defines.find(({ name }) => name === 'DATAMACHINE_WORKSPACE_PATH')?.value;
  const host = defines.find(({ name }) => name === 'DOMAIN_CURRENT_SITE')?.value;
  return ok({
    path: root,
    version: await wordpressVersion(root),
    ...directories,
    configPath,
    workspace: typeof workspace === 'string' ? workspace : null,
    multisite: defines.some(({ name, value }) => name === 'MULTISITE' && value === true),
    host: typeof host === 'string' ? host : null,
    owner,
    fpm,
    notes: [
      ...(real === resolve(path)
        ? []
        : [`${shown} is a symbolic link or lies below one; the target is ${printablePath(real)}`]),
      ...config.value.notes,
      ...assumed,
      ...(note === null ? [] : [note]),
    ],
  });
}

/** Below the directory of a project: Bedrock, WordPress in its own directory, a web root, a release behind a link. */
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
  const load = await status(join(directory, 'wp-load.php'));
  const includes = await status(join(directory, 'wp-includes'));
  return load.isOk() && load.value.isFile() && includes.isOk() && includes.value.isDirectory();
}

/** stat(2): links are followed. */
function status(path: string): ResultAsync<Stats, IoError> {
  return attempt(() => stat(path), 'stat', path);
}

/** The `$wp_version` of wp-includes/version.php, parsed and not run; null when there is none. */
async function wordpressVersion(root: string): Promise<string | null> {
  const file = await readRegularFile(join(root, 'wp-includes', 'version.php'), { followLinks: true });
  const parsed = file.isOk() ? parsePhpFile(file.value.bytes) : null;
  if (file.isErr() || parsed?.isOk() !== true) return null;
  for (const statement of childrenOf(parsed.value, 'children')) {
    const assign = statement === null ? null : childOf(statement, 'expression');
    const left = assign?.kind === 'assign' ? childOf(assign, 'left') : null;
    const right = assign === null ? null : childOf(assign, 'right');
    if (left?.kind !== 'variable' || textOf(left, 'name') !== 'wp_version' || right === null) continue;
    const value = decodeNode(right, file.value.bytes);
    return value.isOk() && typeof value.value === 'string' ? value.value : null;
  }
  return null;
}
