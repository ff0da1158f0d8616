import { dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { explainAccess } from '../../posix/access/index.js';
import type { AccessBlock } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { fileStatus } from '../site/index.js';
import { judgeWritability } from './judgeWritability.js';
import type { SiteFault } from './judgeWritability.js';
import { probeSiteWritability } from './probeSiteWritability.js';
import type { WritabilityOptions, WritabilityReport } from './probeSiteWritability.js';
import type { SiteProbeError } from './runSitePhp.js';
import type { Site } from '../site/index.js';

/** A fault with the place where the kernel says no. */
export interface DiagnosedFault extends SiteFault {
  /** The first component of the path that refuses, by whose owner, mode, ACL or mount; null where none does. */
  readonly blockedAt: AccessBlock | null;
}

/** What keeps WordPress from changing its own files. */
export interface SiteDiagnosis {
  /** Nothing does. */
  readonly ok: boolean;
  readonly faults: readonly DiagnosedFault[];
  readonly report: WritabilityReport;
}

/**
 * Names what WordPress, as `identity`, could not update or write, and for each the component of the path that refuses
 * and why. Nothing is written.
 *
 * It is `probeSiteWritability` judged (`judgeWritability`), with `explainAccess` for the first path of each fault, and
 * promises and leaves out what these do: no update is tried.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { diagnoseSite, findSite } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('www-data');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const diagnosis = await diagnoseSite(site.value, identity.value);
 * if (diagnosis.isErr()) console.error(diagnosis.error.code, diagnosis.error.message);
 * else for (const { component, blockedAt } of diagnosis.value.faults) console.log(component, blockedAt?.reason);
 * ```
 */
export function diagnoseSite(
  site: Pick<Site, 'root' | 'host' | 'fpm'>,
  identity: Identity,
  options: WritabilityOptions = {},
): ResultAsync<SiteDiagnosis, SiteProbeError> {
  return new ResultAsync(diagnose(site, identity, options));
}

async function diagnose(
  site: Pick<Site, 'root' | 'host' | 'fpm'>,
  identity: Identity,
  options: WritabilityOptions,
): Promise<Result<SiteDiagnosis, SiteProbeError>> {
  const report = await probeSiteWritability(site, identity, options);
  if (report.isErr()) return err(report.error);
  const faults: DiagnosedFault[] = [];
  for (const fault of judgeWritability(report.value)) {
    faults.push({ ...fault, blockedAt: fault.path === null ? null : await whatRefuses(fault.path, identity) });
  }
  return ok({ ok: faults.length === 0, faults, report: report.value });
}

/** Of what is not there, the nearest directory above in which it would have to be made. */
async function whatRefuses(path: string, identity: Identity): Promise<AccessBlock | null> {
  for (let at = path; ; at = dirname(at)) {
    const status = await fileStatus(at);
    if (status.isErr() && at !== dirname(at)) continue;
    const isDirectory = status.isOk() && status.value.isDirectory();
    const asked = await explainAccess(at, identity, isDirectory ? 'create' : 'write');
    return asked.isOk() ? asked.value.blockedAt : null;
  }
}
