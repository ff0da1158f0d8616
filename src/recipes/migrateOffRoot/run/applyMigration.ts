import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableJson } from '../../../posix/paths/index.js';
import type { IoError } from '../../../posix/paths/index.js';
import { awaitIdle } from '../../../systemd/watch/index.js';
import type { NotIdle } from '../../../systemd/watch/index.js';
import type { SystemdError } from '../../../systemd/manager/index.js';
import { applyPlan, comparePlans, currentHost } from '../../engine/index.js';
import type {
  ApplyRefusal,
  FinalVerification,
  OnRunEvent,
  Plan,
  PlanMismatch,
  PlannedStep,
  RunReport,
} from '../../engine/index.js';
import type { MigrationOptions, SeveralFacts, VerificationOptions } from '../../host/index.js';
import { cannotObserve, placesOf } from '../../host/index.js';
import { preflight } from './preflight.js';
import { lastDowntime } from './lastDowntime.js';
import { planMigration } from '../plan/planMigration.js';
import type { PlanMigrationError } from '../plan/planMigration.js';
import { stepRegistry } from '../../steps/index.js';
import { readPlan } from './readPlan.js';
import type { NoMigrationPlan } from './readPlan.js';
import { verifyMigration } from './verifyMigration.js';

/** How {@link applyMigration} carries a plan out; what it does is in the plan. @inline */
export interface ApplyMigrationOptions {
  /** What the final verification may do that others would notice. */
  readonly verification?: VerificationOptions;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  readonly onEvent?: OnRunEvent;
  /**
   * Aborted: ends at the next step boundary, to be resumed or rolled back; in the stop window it goes on to the end. While
   * it waits for the service to be idle: `ABORTED`.
   */
  readonly signal?: AbortSignal;
  /** Aborted: undoes everything from the next step boundary on, also in the stop window. */
  readonly undo?: AbortSignal;
}

/** Why a migration was not begun; nothing was changed. */
export type ApplyMigrationError = ApplyRefusal | NoMigrationPlan | NotIdle | SystemdError | IoError;

/** The result of a migration. */
export interface MigrationReport extends RunReport {
  /**
   * Milliseconds between systemd's ActiveExit and ActiveEnter of the service, of several the longest; null when it was not
   * stopped or not started.
   */
  readonly downtimeMs: number | null;
}

/**
 * Carries a migration out, proves it on the live host, and undoes everything when anything fails.
 *
 * The options are those the plan was made with. Each step checks again before it acts, what undo needs is on disk first,
 * and the old service runs again after a failure. One run at a time; while a run of any recipe is interrupted, this is
 * refused. A second run of a migration that is done changes nothing.
 *
 * What others would notice (a flow, a message, a throw-away plugin) happens only when `verification` asks for
 * it; what was therefore not proven is in the report's verification as not checked.
 *
 * Errors: {@link ApplyMigrationError}, nothing was changed. A run that began and failed is a report with `failed`.
 *
 * @param plan - as `planMigration` makes it now, or `refreshPlan` of a saved one; it is carried out as it is
 *
 * @example
 * ```ts
 * import { applyMigration, planMigration } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const plan = await planMigration({});
 * if (plan.isErr()) throw new Error(plan.error.message);
 * const done = await applyMigration(plan.value);
 * if (done.isErr()) console.error(done.error.code, done.error.message);
 * else console.log(done.value.changed, done.value.rolledBack, done.value.downtimeMs);
 * ```
 */
export function applyMigration(
  plan: Plan,
  options: ApplyMigrationOptions = {},
): ResultAsync<MigrationReport, ApplyMigrationError> {
  return readPlan(plan).asyncAndThen((facts) => new ResultAsync(apply(plan, facts, options)));
}

async function apply(
  plan: Plan,
  { options, instances }: SeveralFacts,
  { verification = {}, onEvent, signal, undo, stateDir }: ApplyMigrationOptions,
): Promise<Result<MigrationReport, ApplyMigrationError>> {
  const units = instances.map(({ unit }) => unit.name);
  const [only] = units;
  // Several are not waited for: each can be busy again when another one is idle.
  const { whenIdle } = options;
  if (whenIdle !== undefined && only !== undefined && plan.steps.some(isStop)) {
    const idle = await awaitIdle(only, { deadlineMs: whenIdle * 1000, ...(signal === undefined ? {} : { signal }) });
    if (idle.isErr()) return err(idle.error);
  }
  const report = await applyPlan({
    plan,
    registry: stepRegistry(),
    preflight: () => preflight(instances, verification),
    reserveIn: [...new Set(instances.flatMap((one) => placesOf(one).directories))],
    finalVerification: verifiedBy(options, verification),
    options,
    ...(stateDir === undefined ? {} : { stateDir }),
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(signal === undefined ? {} : { signal }),
    ...(undo === undefined ? {} : { undo }),
  });
  if (report.isErr()) return err(report.error);
  const isUp = report.value.steps.some(({ id, state }) => id === 'start' && state === 'done');
  return ok({ ...report.value, downtimeMs: isUp ? await lastDowntime(units) : null });
}

/** The acceptance checks as final verification: one that fails undoes the run. */
export function verifiedBy(options: MigrationOptions, verification: VerificationOptions): FinalVerification {
  return () =>
    verifyMigration(options, verification)
      .mapErr((error) => ({ code: error.code, message: error.message }))
      .andThen((report) => {
        const broken = report.checks.filter((check) => check.ok === false);
        if (broken.length === 0) return ok({ ok: report.ok, checks: report.checks.map((check) => ({ ...check })) });
        const message = broken
          .map(({ unit, id, detail }) => `${unit === undefined ? '' : `${unit}: `}${id}: ${detail}`)
          .join('; ');
        return err({ code: 'NOT_PROVEN', message: `the migrated host fails its acceptance checks: ${message}` });
      });
}

/**
 * Refuses a saved plan that the host no longer fits, and returns the plan of now, which is the one to carry out: what
 * stands in a file is only compared. The plan of now is made with the options of the saved one.
 *
 * Errors: `OTHER_HOST`, `OTHER_RECIPE`, `OTHER_VERSION`, `STALE_PLAN` with the differences, `PLAN_INVALID`, and those of
 * planning.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parsePlan, stepRegistry } from '@wca/runtime-sdk/recipes';
 * import { refreshPlan } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const saved = parsePlan(await readFile('/root/plan.json', 'utf8'), stepRegistry());
 * if (saved.isErr()) throw new Error(saved.error.message);
 * const plan = await refreshPlan(saved.value);
 * if (plan.isErr()) console.error(plan.error.code, plan.error.message);
 * else console.log(plan.value.changed);
 * ```
 */
export function refreshPlan(saved: Plan): ResultAsync<Plan, PlanMigrationError | PlanMismatch | NoMigrationPlan> {
  return new ResultAsync(refresh(saved));
}

async function refresh(saved: Plan): Promise<Result<Plan, PlanMigrationError | PlanMismatch | NoMigrationPlan>> {
  // Another machine comes first: planning on this one could be refused for another reason.
  const host = await currentHost();
  if (host.isErr()) return err(cannotObserve(host.error));
  if (host.value.machineId !== saved.host.machineId) return err(otherMachine(saved, host.value.hostname));
  const facts = readPlan(saved);
  if (facts.isErr()) return err(facts.error);
  const fresh = await planMigration(facts.value.options);
  return fresh.andThen((plan) => comparePlans(saved, plan).map(() => plan));
}

function otherMachine(saved: Plan, hostname: string): PlanMismatch {
  const message = `the plan was made on another machine (${printableJson(saved.host.hostname)}); this is ${printableJson(hostname)}; make a plan here`;
  return { code: 'OTHER_HOST', message, planHostname: saved.host.hostname, hostname };
}

function isStop({ id, state }: PlannedStep): boolean {
  return id === 'stop' && state !== 'satisfied';
}
