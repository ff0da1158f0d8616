import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import { wholeNumber } from '../../posix/programs/index.js';
import { runSitePhp } from './runSitePhp.js';
import type { SiteProbeError } from './runSitePhp.js';
import type { Site } from '../site/index.js';
import { WRITABILITY_SCRIPT } from './writabilityScript.js';

/** Something WordPress could not replace. */
export interface UnwritablePath {
  readonly path: string;
  /** `plugin:akismet`, `theme:twentytwentythree`, `upgrade`, `languages`. */
  readonly component: string;
  /** `dangling-link`: a link to nothing counts as not writable for WordPress. */
  readonly why: 'not-writable' | 'unreadable' | 'dangling-link';
  readonly uid: number;
  /** Permission bits, for example `0o644`. */
  readonly mode: number;
}

/** All that WordPress could not replace of one plugin, one theme, `upgrade` or `languages`. */
export interface UnwritableComponent {
  /** As in {@link UnwritablePath}. */
  readonly component: string;
  readonly count: number;
  /** The directory of the plugin or theme is among them, not only something in it. */
  readonly itself: boolean;
  /** The first of them. */
  readonly path: string;
}

/** One directory WordPress writes to. */
export interface WritableDirectory {
  readonly name: 'content' | 'plugins' | 'themes' | 'upgrade' | 'languages' | 'uploads' | 'uploads-now';
  readonly path: string;
  readonly exists: boolean;
  /** Of one that does not exist: whether it could be made. */
  readonly writable: boolean;
}

/** What WordPress itself could and could not write as this user. */
export interface WritabilityReport {
  /** Nothing stands in the way of an update: method `direct` twice, every directory writable, nothing unwritable. */
  readonly ok: boolean;
  readonly wordpress: string;
  /** get_filesystem_method() for wp-content; anything but `direct` stops updates that nobody attends. */
  readonly filesystemMethod: string;
  /** The same for the plugins directory, which is what automatic plugin updates ask. */
  readonly pluginsMethod: string;
  /** The site defines FS_METHOD itself. */
  readonly methodDefined: boolean;
  /** FS_CHMOD_DIR in force, or null: WordPress takes ABSPATH's mode. */
  readonly chmodDir: number | null;
  /** FS_CHMOD_FILE in force, or null: WordPress takes index.php's mode. */
  readonly chmodFile: number | null;
  /** DISALLOW_FILE_MODS is on: WordPress changes no files whatever their owners. */
  readonly fileModsDisallowed: boolean;
  readonly directories: readonly WritableDirectory[];
  readonly unwritable: {
    readonly count: number;
    /** Every one that has any, however many there are. */
    readonly components: readonly UnwritableComponent[];
    /** The first ones; at most `maxPaths`. */
    readonly paths: readonly UnwritablePath[];
  };
  /** Entries below uploads that WordPress cannot write; no update needs them, so `ok` does not count them. */
  readonly uploads: {
    readonly count: number;
    /** The first of them, or null. */
    readonly path: string | null;
  };
}

/** How much to report. */
export interface WritabilityOptions {
  /** Most paths listed; all are counted. Default 200. */
  readonly maxPaths?: number;
  readonly timeoutMs?: number;
}

/**
 * Asks WordPress itself, as `identity`, what an update could not replace: its own check of every file of every plugin
 * and theme, the directories it needs, and `get_filesystem_method()`. Nothing is written.
 *
 * A file that only its mode closes to the user who owns it counts as writable, because WordPress chmods it first. Single-file plugins
 * are judged by their directory. WordPress 6.3 and later move the old version aside before they look, so they may get
 * past files of others in directories of their own; those are reported all the same.
 *
 * `get_filesystem_method()` is called without its test file, which is stood in for by what that would have shown;
 * FS_METHOD is never defined by this. It reports what is so now: it does not try an update (`probePluginUpdate` does),
 * and it does not see php-fpm's own sandbox, quotas or `open_basedir`.
 *
 * Plugins of the site are loaded as in any request; WP-Cron, requests to other hosts and `shutdown` hooks are kept off.
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
  site: Pick<Site, 'root' | 'host' | 'fpm'>,
  identity: Identity,
  options: WritabilityOptions = {},
): ResultAsync<WritabilityReport, SiteProbeError> {
  const { maxPaths = 200, timeoutMs = 120_000 } = options;
  return runSitePhp(site, identity, WRITABILITY_SCRIPT, REPORT, { args: { maxPaths }, timeoutMs }).map((seen) => ({
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
