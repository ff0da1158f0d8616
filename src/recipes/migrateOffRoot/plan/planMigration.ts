import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { withOneReading } from '../../../systemd/manager/index.js';
import { TOOL_VERSION, currentHost, makePlan } from '../../engine/index.js';
import type { MakePlanError, Plan, RecipeStep } from '../../engine/index.js';
import { interruptions, noticesOf } from './notices.js';
import { observe } from '../observe/observe.js';
import type { Observation } from '../observe/observe.js';
import type { MigrationOptions, MigrationRefusal, SeveralFacts } from '../../host/index.js';
import { refuseTogether } from '../refuse/refuseTogether.js';
import { mergeSteps } from './mergeSteps.js';
import { migrationSteps } from './migrationSteps.js';
import { cannotObserve, chooseUnits, impossible } from '../../host/index.js';
import { stepRegistry } from '../../steps/index.js';

/** The name of this recipe: in plans and journals, and to find its runs. */
export const RECIPE = 'migrate-off-root';

/** Why there is no plan; nothing was changed in any case. */
export type PlanMigrationError = MigrationRefusal | MakePlanError;

/**
 * Observes the host and plans the migration of one kimaki install, or of several together, to an unprivileged user; writes
 * nothing.
 *
 * Several have one plan: all are stopped before anything of theirs moves and started when everything has moved, and one
 * rollback brings all of them back. What they share (a home, a site, a directory of the hop) is moved and changed once.
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

async function plan(given: MigrationOptions): Promise<Result<Plan, PlanMigrationError>> {
  const chosen = await chooseUnits(given);
  if (chosen.isErr()) return err(chosen.error);
  const { options, each } = chosen.value;
  const observations: Observation[] = [];
  for (const one of each) {
    const observed = await observe(one, options.units);
    if (observed.isErr()) return err(observed.error);
    observations.push(observed.value);
  }
  const instances = observations.map(({ facts }) => facts);
  const fit = refuseTogether(instances);
  if (fit.isErr()) return err(fit.error);
  const lists: (readonly RecipeStep[])[] = [];
  for (const facts of instances) {
    const steps = migrationSteps(facts, instances);
    if (steps.isErr()) return err(impossible(facts.unit.name, steps.error.message));
    lists.push(steps.value);
  }
  const host = await currentHost();
  if (host.isErr()) return err(cannotObserve(host.error));
  const [facts] = instances;
  const began = performance.now();
  const made = await makePlan({
    recipe: RECIPE,
    facts: facts !== undefined && instances.length === 1 ? facts : ({ options, instances } satisfies SeveralFacts),
    notices: noticesOf(observations),
    steps: mergeSteps(lists),
    registry: stepRegistry(),
    host: host.value,
    toolVersion: TOOL_VERSION,
    now: new Date(),
  });
  if (made.isErr()) return err(made.error);
  const { steps, notices } = made.value;
  const interrupted = interruptions(steps, observations, performance.now() - began);
  return ok({ ...made.value, notices: [...notices, ...interrupted] });
}
