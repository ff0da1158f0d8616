import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import { fileStatus } from '../site/index.js';
import { wholeNumber } from '../../posix/programs/index.js';
import { runSitePhp } from './runSitePhp.js';
import type { SiteProbeError } from './runSitePhp.js';
import type { Site } from '../site/index.js';
import { UPDATE_SCRIPT } from './updateScript.js';

/** Owner, group and permission bits of something WordPress wrote. */
export interface WrittenEntry {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits with setgid, for example `0o2775`. */
  readonly mode: number;
}

/** How a real update of a throw-away plugin went. */
export interface UpdateProbe {
  /** The plugin was installed in version 1, updated to version 2, and nothing of it is left. */
  readonly ok: boolean;
  /** How far it came; `prepare` is before WordPress was asked. */
  readonly phase: 'prepare' | 'install' | 'update' | 'clean';
  /** WordPress's error codes (`files_not_writable`, `copy_failed_ziparchive` …); empty when it went well. */
  readonly codes: readonly string[];
  readonly message: string;
  /** What the error is about, mostly the files WordPress named. */
  readonly details: string;
  /** get_filesystem_method() for the plugins directory; an update nobody attends needs `direct`. */
  readonly method: string;
  /** The version in place after the last phase, or null when there was no plugin. */
  readonly version: string | null;
  /** The subdirectory as the update left it, or null. */
  readonly directory: WrittenEntry | null;
  /** A file in it as the update left it, or null. */
  readonly file: WrittenEntry | null;
  /** What could not be removed again; empty as a rule. */
  readonly leftovers: readonly string[];
}

/** How the probe is run. */
export interface UpdateProbeOptions {
  readonly timeoutMs?: number;
  /** umask of the process. Default 0022; give the one measured in php-fpm's workers to see what they would do. */
  readonly umask?: number;
}

/**
 * Installs a tiny plugin through WordPress's own upgrader, updates it to a second version, and removes it again:
 * whether updates work for `identity`, proven by doing one.
 *
 * The plugin (`wca-update-probe`, never activated) exists for a second or two. The upgrader is WordPress's own
 * (`Plugin_Upgrader`, `bulk_upgrade`); only maintenance mode, mails, requests to other hosts and the search for more
 * updates are kept off. As any update does, it empties `wp-content/upgrade`. Nothing is left: no directory, no option,
 * no transient; what a killed probe left is removed by the next one. A directory of that name that is not ours is
 * reported (`wca_in_the_way`) and not touched, and while another probe is at work nothing is done (`wca_running`).
 * FS_METHOD is never defined by this.
 *
 * It does not show that other plugins can be updated (`probeSiteWritability` looks at each), nor what php-fpm's
 * sandbox or `open_basedir` would refuse: it is PHP's command line.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, probePluginUpdate } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('www-data');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const update = await probePluginUpdate(site.value, identity.value);
 * if (update.isErr()) console.error(update.error.code, update.error.message);
 * else console.log(update.value.ok ? 'updates work' : `${update.value.phase}: ${update.value.codes.join(', ')}`);
 * ```
 */
export function probePluginUpdate(
  site: Pick<Site, 'root' | 'pluginsDir' | 'host' | 'fpm'>,
  identity: Identity,
  options: UpdateProbeOptions = {},
): ResultAsync<UpdateProbe, SiteProbeError> {
  return new ResultAsync(probe(site, identity, options));
}

async function probe(
  site: Pick<Site, 'root' | 'pluginsDir' | 'host' | 'fpm'>,
  identity: Identity,
  { timeoutMs = 120_000, ...rest }: UpdateProbeOptions,
): Promise<Result<UpdateProbe, SiteProbeError>> {
  const nonce = randomBytes(8).toString('hex');
  const run = (task: 'run' | 'clean'): ResultAsync<v.InferOutput<typeof ANSWER>, SiteProbeError> =>
    runSitePhp(site, identity, UPDATE_SCRIPT, ANSWER, { ...rest, timeoutMs, args: { task, nonce } });
  const answer = await run('run');
  if (answer.isErr()) {
    // Killed or died in the middle: what it made has to go. The first error is the one that tells.
    await run('clean').unwrapOr(null);
    const left = join(site.pluginsDir, 'wca-update-probe');
    const message = `${answer.error.message} Left behind: ${left}; it can be deleted.`;
    return err((await fileStatus(left)).isOk() ? { ...answer.error, message } : answer.error);
  }
  return answer.map(({ refused, ...seen }) => ({
    ok: !refused && seen.phase === 'update' && seen.version === '2.0.0' && seen.leftovers.length === 0,
    ...seen,
  }));
}

/** A file or directory WordPress wrote, as the scripts describe it. */
export const WRITTEN = v.nullable(v.object({ uid: wholeNumber, gid: wholeNumber, mode: wholeNumber }));

const ANSWER = v.object({
  phase: v.picklist(['prepare', 'install', 'update', 'clean']),
  refused: v.boolean(),
  codes: v.array(v.string()),
  message: v.string(),
  details: v.string(),
  method: v.string(),
  version: v.nullable(v.string()),
  directory: WRITTEN,
  file: WRITTEN,
  leftovers: v.array(v.string()),
});
