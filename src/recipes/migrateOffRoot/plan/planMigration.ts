import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { withOneReading } from '../../../systemd/manager/index.js';
import { TOOL_VERSION, currentHost, makePlan } from '../../engine/index.js';
import type { MakePlanError, Plan } from '../../engine/index.js';
import { noticesOf } from './notices.js';
import { observe } from '../observe/observe.js';
import type { MigrationOptions, MigrationRefusal } from '../../host/index.js';
import { migrationSteps } from './migrationSteps.js';
import { cannotObserve, impossible } from '../../host/index.js';
import { stepRegistry } from '../../steps/index.js';

/** The name of this recipe: in plans and journals, and to find its runs. */
export const RECIPE = 'migrate-off-root';

/** Why there is no plan; nothing was changed in any case. */
export type PlanMigrationError = MigrationRefusal | MakePlanError;

/**
 * Observes the host and plans the migration of one kimaki install to an unprivileged user; writes nothing.
 *
 * Every reason to refuse is checked here, each with a remedy: see {@link MigrationRefusal}. The plan lists the abilities
 * that the agent loses, and what is left behind. Nothing is locked: applying checks again, and refuses what changed in
 * between. A host that is migrated already gives a plan with `changed: false`.
 *
 * Needs root, to read both homes and to see which files are open.
 *
 * @example
 * ```ts
 * import { planMigration } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const plan = await planMigration({ user: 'opencode' });
 * if (plan.isErr()) console.error(plan.error.code, plan.error.message);
 * else for (const step of plan.value.steps) console.log(step.state, step.title);
 * ```
 */
export function planMigration(options: MigrationOptions): ResultAsync<Plan, PlanMigrationError> {
  return new ResultAsync(withOneReading(() => plan(options)));
}

async function plan(options: MigrationOptions): Promise<Result<Plan, PlanMigrationError>> {
  const observed = await observe(options);
  if (observed.isErr()) return err(observed.error);
  const { facts } = observed.value;
  const steps = migrationSteps(facts);
  if (steps.isErr()) return err(impossible(facts.unit.name, steps.error.message));
  const host = await currentHost();
  if (host.isErr()) return err(cannotObserve(host.error));
  const made = await makePlan({
    recipe: RECIPE,
    facts,
    notices: noticesOf(observed.value),
    steps: steps.value,
    registry: stepRegistry(),
    host: host.value,
    toolVersion: TOOL_VERSION,
    now: new Date(),
  });
  return made.isErr() ? err(made.error) : ok(made.value);
}
