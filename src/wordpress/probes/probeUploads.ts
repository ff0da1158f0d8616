import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import { WRITTEN } from './probePluginUpdate.js';
import type { WrittenEntry } from './probePluginUpdate.js';
import { runSitePhp } from './runSitePhp.js';
import type { SiteProbeError } from './runSitePhp.js';
import type { Site } from '../site/index.js';
import { UPLOADS_SCRIPT } from './uploadsScript.js';

/** How an upload went. */
export interface UploadsProbe {
  /** The file was written and is gone again. */
  readonly ok: boolean;
  /** What WordPress said when it refused, else empty. */
  readonly message: string;
  /** Where the file was, or the directory it should have gone to. */
  readonly path: string;
  /** The file as WordPress left it, or null. */
  readonly file: WrittenEntry | null;
  /** The month's directory, or null. */
  readonly directory: WrittenEntry | null;
  readonly leftovers: readonly string[];
}

/** How the probe is run. */
export interface UploadsProbeOptions {
  readonly timeoutMs?: number;
  /** umask of the process. Default 0022. */
  readonly umask?: number;
}

/**
 * Writes a small file (text, or of a type the site allows) through WordPress's own `wp_upload_bits()` as `identity`,
 * into this month's directory, and removes it and the directories made for it; what a killed probe left there goes with
 * the next one.
 *
 * No attachment is made in the database. Plugins that hook uploads (to copy them to other storage, say) see it as any
 * upload; requests to other hosts are blocked. It says nothing about uploads of other months' directories.
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
  site: Pick<Site, 'root' | 'host' | 'fpm'>,
  identity: Identity,
  options: UploadsProbeOptions = {},
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
