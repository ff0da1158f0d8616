import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { explainAccess } from '../../posix/access/index.js';
import type { AccessBlock } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { remedy } from '../../posix/findings/index.js';
import type { Remedy } from '../../posix/findings/index.js';
import { attempt, isAtOrBelow, printablePath, printableText } from '../../posix/paths/index.js';
import { judgeWritability } from './judgeWritability.js';
import type { SiteFault } from './judgeWritability.js';
import { probeSiteWritability } from './probeSiteWritability.js';
import type { WritabilityOptions, WritabilityReport } from './probeSiteWritability.js';
import type { SiteProbeError } from './runSitePhp.js';
import type { Site } from '../site/index.js';

/** A fault with the component of its path that refuses. @inline */
export interface DiagnosedFault extends SiteFault {
  /** The first component of the path that refuses, because of its owner, mode, ACL or mount; null where none does. */
  readonly blockedAt: AccessBlock | null;
}

/** What keeps WordPress from changing its own files. */
export interface SiteDiagnosis {
  /** There is no fault. */
  readonly ok: boolean;
  readonly faults: readonly DiagnosedFault[];
  readonly report: WritabilityReport;
}

/** What a diagnosis reads of a site. @inline */
export type DiagnosableSite = Pick<Site, 'path' | 'host' | 'fpm'> &
  Partial<Pick<Site, 'contentDir' | 'pluginsDir' | 'themesDir'>>;

/**
 * Names what WordPress, as `identity`, could not update or write, and for each the component of the path that refuses,
 * why, and what to do. Nothing is written.
 *
 * It runs `probeSiteWritability`, judges the report (`judgeWritability`) and calls `explainAccess` for the first path of
 * each fault; their limits hold here too. No update is tried.
 *
 * Errors: those of `probeSiteWritability`.
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
 * else for (const { subject, what, blockedAt } of diagnosis.value.faults) console.log(subject, what, blockedAt?.reason);
 * ```
 */
export function diagnoseSite(
  site: DiagnosableSite,
  identity: Identity,
  options: WritabilityOptions = {},
): ResultAsync<SiteDiagnosis, SiteProbeError> {
  return new ResultAsync(diagnose(site, identity, options));
}

async function diagnose(
  site: DiagnosableSite,
  identity: Identity,
  options: WritabilityOptions,
): Promise<Result<SiteDiagnosis, SiteProbeError>> {
  const report = await probeSiteWritability(site, identity, options);
  if (report.isErr()) return err(report.error);
  const faults: DiagnosedFault[] = [];
  for (const fault of judgeWritability(report.value)) {
    faults.push(located(fault, fault.path === null ? null : await whatRefuses(fault.path, identity), site, identity));
  }
  return ok({ ok: faults.length === 0, faults, report: report.value });
}

/** Adds to a fault what refuses, and whose the files have to be; pure. */
export function located(
  fault: SiteFault,
  blockedAt: AccessBlock | null,
  { contentDir, pluginsDir, themesDir }: Pick<DiagnosableSite, 'contentDir' | 'pluginsDir' | 'themesDir'>,
  { user, group }: Identity,
): DiagnosedFault {
  const { path, subject, what, evidence } = fault;
  const isNamed = blockedAt === null || what.includes(blockedAt.path);
  const told =
    blockedAt === null
      ? what
      : printableText(`${what}${isNamed ? '' : `; ${blockedAt.path} refuses`} (${blockedAt.reason})`);
  const [kind, name = ''] = subject.split(/:(.*)/s);
  const directory = kind === 'plugin' ? pluginsDir : kind === 'theme' ? themesDir : undefined;
  const tree = directory === undefined ? (path ?? contentDir) : join(directory, name);
  const own = [contentDir, pluginsDir, themesDir].filter((known) => known !== undefined);
  return {
    ...fault,
    what: told,
    evidence: isNamed ? evidence : [...evidence, blockedAt.path],
    ...(path === null || tree === undefined
      ? {}
      : { remedy: own.some((known) => isAtOrBelow(tree, known)) ? reclaiming(tree, user, group) : elsewhere(tree) }),
    blockedAt,
  };
}

function reclaiming(tree: string, user: Identity['user'], group: Identity['group']): Remedy {
  return remedy.call('reclaim', tree, { from: 'root', to: `${user.name}:${group.name}` });
}

/** The code of the site names the paths in a report, and whoever changes that code could name any. */
function elsewhere(tree: string): Remedy {
  return remedy.text(
    `look whether ${printablePath(tree)} belongs to the site before its owner is changed: it lies outside wp-content, and the code of the site named it`,
  );
}

/** Of a path that does not exist, the nearest directory above in which it would have to be made. */
async function whatRefuses(path: string, identity: Identity): Promise<AccessBlock | null> {
  for (let at = path; ; at = dirname(at)) {
    const status = await attempt(() => stat(at), 'stat', at);
    if (status.isErr() && at !== dirname(at)) continue;
    const isDirectory = status.isOk() && status.value.isDirectory();
    const asked = await explainAccess(at, identity, isDirectory ? 'create' : 'write');
    return asked.isOk() ? asked.value.blockedAt : null;
  }
}
