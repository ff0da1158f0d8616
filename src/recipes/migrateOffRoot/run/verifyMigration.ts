import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { AcceptanceCheck, Subject } from '../../proof/index.js';
import {
  checkDatabases,
  checkDispatch,
  checkFlows,
  checkHealth,
  checkNoWayBack,
  checkOwnership,
  checkService,
  checkSharedWriting,
  checkUmasks,
  checkUpdates,
  checkWpCli,
  readSubject,
} from '../../proof/index.js';
import { bridgeNamed } from '../../../kimaki/bridges/index.js';
import { chooseUnits } from '../../host/index.js';
import type { MigrationOptions, MigrationRefusal, VerificationOptions } from '../../host/index.js';
import { channelsOf } from './preflight.js';

/** The acceptance points, one line each. */
export interface VerificationReport {
  /** No check failed. Checks that were not made do not count: see `ok: null`. */
  readonly ok: boolean;
  readonly checks: readonly AcceptanceCheck[];
}

/** A check of one point. */
type CheckPoint = (subject: Subject) => Promise<readonly AcceptanceCheck[]>;

/** In the order of the nine points. */
const CHECKS: readonly CheckPoint[] = [
  checkService,
  checkHealth,
  checkDatabases,
  checkFlows,
  checkDispatch,
  checkSharedWriting,
  checkUpdates,
  checkOwnership,
  checkWpCli,
  checkUmasks,
  checkNoWayBack,
];

/** Those that look at the site alone: made once for all instances of it, as others notice some of them. */
const OF_SITE: ReadonlySet<CheckPoint> = new Set<CheckPoint>([checkFlows, checkUpdates, checkOwnership]);

/**
 * Checks every acceptance point of a migration on the live host, whatever state the host is in.
 *
 * Nothing that others would notice happens unless `verification` asks for it: then a flow is fired, a message
 * sent, a throw-away plugin installed and updated. What was not checked is `ok: null` and says how to have it checked; it
 * is never counted as passed. The answer holds for this moment only. Of several instances every check names its unit, and what
 * is about their site alone is checked once.
 *
 * Errors: a host without the unit, the account or the site has nothing to verify ({@link MigrationRefusal}).
 *
 * @param options - which instances, account and site, as for the plan
 * @param verification - what may be done that others notice
 *
 * @example
 * ```ts
 * import { verifyMigration } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const report = await verifyMigration({}, { flow: 'EC Agent Progress Ping', waitScheduled: 120 });
 * if (report.isErr()) console.error(report.error.code, report.error.message);
 * else for (const { id, ok, detail } of report.value.checks) console.log(ok, id, detail);
 * ```
 */
export function verifyMigration(
  options: MigrationOptions,
  verification: VerificationOptions = {},
): ResultAsync<VerificationReport, MigrationRefusal> {
  return new ResultAsync(verify(options, verification));
}

async function verify(
  given: MigrationOptions,
  verification: VerificationOptions,
): Promise<Result<VerificationReport, MigrationRefusal>> {
  const chosen = await chooseUnits(given);
  if (chosen.isErr()) return err(chosen.error);
  const { each } = chosen.value;
  const subjects: Subject[] = [];
  for (const options of each) {
    const subject = await readSubject(options, verification);
    if (subject.isErr()) return err(subject.error);
    subjects.push(subject.value);
  }
  const checks = await checkEach(subjects);
  return ok({ ok: checks.every((check) => check.ok !== false), checks });
}

/** The checks of each subject in turn; of several each names its unit. What is about a site alone is checked with the first. */
export async function checkEach(
  subjects: readonly Subject[],
  points: readonly CheckPoint[] = CHECKS,
  ofSite: ReadonlySet<CheckPoint> = OF_SITE,
): Promise<readonly AcceptanceCheck[]> {
  const isSeveral = subjects.length > 1;
  const checks: AcceptanceCheck[] = [];
  const sites = new Set<string>();
  for (const one of subjects) {
    const subject = isSeveral ? await withOwnChannel(one) : one;
    for (const check of points) {
      if (ofSite.has(check) && sites.has(one.site.path)) continue;
      const found = await check(subject);
      checks.push(...(isSeveral ? found.map((each) => ({ ...each, unit: one.instance.unit })) : found));
    }
    sites.add(one.site.path);
  }
  return checks;
}

/** A message is sent to the instance that knows the channel; one that knows others would refuse it. */
async function withOwnChannel(subject: Subject): Promise<Subject> {
  const { probeChannel, ...others } = subject.options;
  if (probeChannel === undefined) return subject;
  const known = await channelsOf(bridgeNamed(subject.instance.bridge), subject.instance.dataDir);
  return known.length === 0 || known.includes(probeChannel) ? subject : { ...subject, options: others };
}
