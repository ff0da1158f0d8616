import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../../posix/paths/index.js';
import { awaitIdle } from '../../../systemd/watch/index.js';
import { showUnit } from '../../../systemd/manager/index.js';
import type { NotIdle } from '../../../systemd/watch/index.js';
import type { SystemdError } from '../../../systemd/manager/index.js';
import { applyPlan, comparePlans, currentHost, isJsonObject } from '../../engine/index.js';
import type { ApplyRefusal, FinalVerification, OnRunEvent, Plan, PlanMismatch, RunReport } from '../../engine/index.js';
import type { MigrationFacts, MigrationOptions, VerificationOptions } from '../../host/index.js';
import { cannotObserve, placesOf } from '../../host/index.js';
import { preflight } from './preflight.js';
import { RECIPE, planMigration } from '../plan/planMigration.js';
import type { PlanMigrationError } from '../plan/planMigration.js';
import { migrationRegistry } from '../plan/registry.js';
import { verifyMigration } from './verifyMigration.js';

/** What {@link applyMigration} needs. */
export interface ApplyMigrationRequest {
  /** A plan as `planMigration` makes it now; it is carried out as it is. */
  readonly plan: Plan;
  readonly options: MigrationOptions;
  /** What the final verification may do that others would notice. */
  readonly verification?: VerificationOptions;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  readonly onEvent?: OnRunEvent;
  /** Aborted: ends at the next step boundary, to be resumed or rolled back. */
  readonly signal?: AbortSignal;
}

/** Why a migration was not begun; nothing was changed. */
export type ApplyMigrationError = ApplyRefusal | NotIdle | SystemdError | IoError;

/** How a migration came out. */
export interface MigrationReport extends RunReport {
  /**
   * Milliseconds between systemd's ActiveExit and ActiveEnter of the service; null when it was not stopped or
   * not started.
   */
  readonly downtimeMs: number | null;
}

/**
 * Carries a migration out, proves it on the live host, and takes everything back when anything fails.
 *
 * Each step looks again before it acts, what undo needs is on disk first, and the old service runs again
 * after a failure. One run at a time; an interrupted one is refused until it was resumed or rolled back. A
 * second run of a migration that is done changes nothing.
 *
 * What others would notice (a flow, a message, a throw-away plugin) happens only when `verification` asks for
 * it; what was therefore not proven is in the report's verification as not checked.
 *
 * Errors: {@link ApplyMigrationError}, nothing was changed. A run that began and failed is a report with `failed`.
 *
 * @example
 * ```ts
 * import { applyMigration, planMigration } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const plan = await planMigration({});
 * if (plan.isErr()) throw new Error(plan.error.message);
 * const done = await applyMigration({ plan: plan.value, options: {} });
 * if (done.isErr()) console.error(done.error.code, done.error.message);
 * else console.log(done.value.changed, done.value.rolledBack, done.value.downtimeMs);
 * ```
 */
export function applyMigration(request: ApplyMigrationRequest): ResultAsync<MigrationReport, ApplyMigrationError> {
  return new ResultAsync(apply(request));
}

async function apply(request: ApplyMigrationRequest): Promise<Result<MigrationReport, ApplyMigrationError>> {
  const { plan, options, verification = {}, onEvent, signal, stateDir } = request;
  if (options.whenIdle !== undefined && plan.steps.some(({ id, state }) => id === 'hold' && state !== 'satisfied')) {
    const idle = await awaitIdle(unitOf(plan), options.whenIdle);
    if (idle.isErr()) return err(idle.error);
  }
  const facts = factsOf(plan);
  const report = await applyPlan({
    plan,
    registry: migrationRegistry(),
    ...(facts === null
      ? {}
      : { preflight: () => preflight(facts, verification), reserveIn: placesOf(facts).directories }),
    finalVerification: verifiedBy(options, verification),
    options: { ...options },
    ...(stateDir === undefined ? {} : { stateDir }),
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (report.isErr()) return err(report.error);
  return ok({ ...report.value, downtimeMs: await downtime(unitOf(plan), report.value) });
}

/** The acceptance points as the last word over a run: one that does not hold takes everything back. */
export function verifiedBy(options: MigrationOptions, verification: VerificationOptions): FinalVerification {
  return () =>
    verifyMigration(options, verification)
      .mapErr((error) => ({ code: error.code, message: error.message }))
      .andThen((report) => {
        const broken = report.checks.filter((check) => check.ok === false);
        if (broken.length === 0) return ok({ ok: report.ok, checks: report.checks.map((check) => ({ ...check })) });
        const message = broken.map(({ id, detail }) => `${id}: ${detail}`).join('; ');
        return err({ code: 'NOT_PROVEN', message: `the migrated host does not hold what it must: ${message}` });
      });
}

/**
 * Refuses a saved plan that the host no longer fits, and gives back the plan of now, which is the one to carry
 * out: what stands in a file is only compared, never obeyed.
 *
 * Errors: `OTHER_HOST`, `OTHER_VERSION`, `STALE_PLAN` with the differences, and those of planning.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parsePlan } from '@wca/runtime-sdk/recipes';
 * import { migrationRegistry, refreshPlan } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const saved = parsePlan(await readFile('/root/plan.json', 'utf8'), migrationRegistry());
 * if (saved.isErr()) throw new Error(saved.error.message);
 * const plan = await refreshPlan(saved.value, {});
 * if (plan.isErr()) console.error(plan.error.code, plan.error.message);
 * else console.log(plan.value.changed);
 * ```
 */
export function refreshPlan(
  saved: Plan,
  options: MigrationOptions,
): ResultAsync<Plan, PlanMigrationError | PlanMismatch> {
  // Another machine would be refused for reasons of its own before anyone could say that it is another.
  return currentHost()
    .mapErr((error): PlanMigrationError | PlanMismatch => cannotObserve(error))
    .andThen((host): ResultAsync<Plan, PlanMigrationError | PlanMismatch> =>
      host.machineId === saved.host.machineId
        ? planMigration(options)
        : new ResultAsync(Promise.resolve(err(otherMachine(saved, host.hostname)))),
    )
    .andThen((fresh) => comparePlans(saved, fresh).map(() => fresh));
}

function otherMachine(saved: Plan, hostname: string): PlanMismatch {
  const message = `the plan was made on another machine (${JSON.stringify(saved.host.hostname)}); this is ${JSON.stringify(hostname)}; make a plan here`;
  return { code: 'OTHER_HOST', message, planHostname: saved.host.hostname, hostname };
}

/** The facts of a plan that `planMigration` made; null for any other, which only lacks what they are for. */
function factsOf({ facts, recipe }: Plan): MigrationFacts | null {
  return recipe === RECIPE && isJsonObject(facts) ? (facts as MigrationFacts) : null;
}

function unitOf(plan: Plan): string {
  return factsOf(plan)?.unit.name ?? '';
}

async function downtime(name: string, { steps }: RunReport): Promise<number | null> {
  const started = steps.find(({ id }) => id === 'start');
  if (started?.state !== 'done') return null;
  const unit = await showUnit(name);
  if (unit.isErr()) return null;
  const { activeEnterMicros, activeExitMicros } = unit.value;
  if (activeEnterMicros === null || activeExitMicros === null || activeEnterMicros < activeExitMicros) return null;
  return Math.round((activeEnterMicros - activeExitMicros) / 1000);
}
