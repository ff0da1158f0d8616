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
import type { MigrationOptions, MigrationRefusal, VerificationOptions } from '../../host/index.js';

/** The acceptance points, one line each. */
export interface VerificationReport {
  /** No check failed. Checks that were not made do not count: see `ok: null`. */
  readonly ok: boolean;
  readonly checks: readonly AcceptanceCheck[];
}

/** In the order of the nine points. */
const CHECKS: readonly ((subject: Subject) => Promise<readonly AcceptanceCheck[]>)[] = [
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

/**
 * Checks every acceptance point of a migration on the live host, whatever state the host is in.
 *
 * Nothing that others would notice happens unless `verification` asks for it: then a flow is fired, a message
 * sent, a throw-away plugin installed and updated. What was not checked is `ok: null` and says how to have it checked; it
 * is never counted as passed. The answer holds for this moment only.
 *
 * Errors: a host without the unit, the account or the site has nothing to verify ({@link MigrationRefusal}).
 *
 * @param options - which instance, account and site, as for the plan
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
  options: MigrationOptions,
  verification: VerificationOptions,
): Promise<Result<VerificationReport, MigrationRefusal>> {
  const subject = await readSubject(options, verification);
  if (subject.isErr()) return err(subject.error);
  const checks: AcceptanceCheck[] = [];
  for (const check of CHECKS) checks.push(...(await check(subject.value)));
  return ok({ ok: checks.every((check) => check.ok !== false), checks });
}
