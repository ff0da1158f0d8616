import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { toldText } from '../../../posix/secrets/index.js';
import { printableJson } from '../../../posix/paths/index.js';
import { digestJson } from './digest.js';
import { digestPlan } from './digestPlan.js';
import type { Json } from './json.js';
import { PLAN_FORMAT_VERSION, RECIPE_NAME } from './plan.js';
import type { Notice, Plan, PlanHost, PlannedStep } from './plan.js';
import type { Registry } from './registry.js';
import type { RecipeStep, StepFailure, StepKind } from './step.js';
import { validateSteps } from './validateSteps.js';
import type { StepsError } from './validateSteps.js';

/** A step's check could not be answered, so nothing can be planned. */
export interface StepCheckFailed {
  readonly code: 'STEP_CHECK_FAILED';
  readonly message: string;
  readonly stepId: string;
  /** What the step itself said. */
  readonly error: StepFailure;
}

/** Why {@link makePlan} has no plan to give. */
export type MakePlanError = StepsError | StepCheckFailed;

/** What {@link makePlan} makes a plan of. @inline */
export interface PlanRequest {
  /** Name of the recipe, `[a-z0-9][a-z0-9.-]*`: its runs are found by it. */
  readonly recipe: string;
  /** What the steps were decided on. Digested and printed: no secrets. */
  readonly facts: Json;
  readonly notices: readonly Notice[];
  readonly steps: readonly RecipeStep[];
  readonly registry: Registry;
  /** Of this machine: {@link currentHost}. */
  readonly host: PlanHost;
  readonly toolVersion: string;
  readonly now: Date;
}

/**
 * Asks every step what it finds and puts the answers into a {@link Plan}; the engine itself writes nothing.
 *
 * Steps are checked in order, one at a time. A step that waits (`after`) for one that is still to be done is
 * not checked but planned as `later`. Nothing is locked: what is found may change before the plan is applied,
 * which is why applying checks again.
 *
 * Errors: `INVALID_RECIPE` (name, ids, order, references), `UNKNOWN_STEP_KIND`, `INVALID_STEP_DATA`,
 * `STEP_CHECK_FAILED` with the step's own error.
 *
 * @example
 * ```ts
 * import { createRegistry, currentHost, makeDirectoryStep, makePlan, step } from '@wca/runtime-sdk/recipes';
 *
 * const host = await currentHost();
 * if (host.isErr()) throw new Error(host.error.message);
 * const plan = await makePlan({
 *   recipe: 'example',
 *   facts: {},
 *   notices: [],
 *   steps: [
 *     step(makeDirectoryStep, {
 *       id: 'dir',
 *       phase: 'before',
 *       args: { path: '/srv/x', mode: 0o755, uid: 0, gid: 0 },
 *     }),
 *   ],
 *   registry: createRegistry([makeDirectoryStep]),
 *   host: host.value,
 *   toolVersion: '0.1.0',
 *   now: new Date(),
 * });
 * if (plan.isErr()) console.error(plan.error.message);
 * else console.log(plan.value.steps.map(({ state, title }) => `${state} ${title}`).join('\n'));
 * ```
 */
export function makePlan(request: PlanRequest): ResultAsync<Plan, MakePlanError> {
  return new ResultAsync(plan(request));
}

async function plan(request: PlanRequest): Promise<Result<Plan, MakePlanError>> {
  if (!RECIPE_NAME.test(request.recipe)) return err(invalidName(request.recipe));
  const kinds = validateSteps(request.steps, request.registry);
  if (kinds.isErr()) return err(kinds.error);

  const steps: PlannedStep[] = [];
  const open = new Set<string>();
  for (const { step, kind } of kinds.value) {
    const planned = await planStep(step, kind, step.after !== undefined && open.has(step.after));
    if (planned.isErr()) return err(planned.error);
    if (planned.value.state !== 'satisfied') open.add(step.id);
    steps.push(planned.value);
  }

  const body: Omit<Plan, 'digest'> = {
    formatVersion: PLAN_FORMAT_VERSION,
    recipe: request.recipe,
    toolVersion: request.toolVersion,
    createdAt: request.now.toISOString(),
    host: request.host,
    facts: request.facts,
    notices: request.notices.map((notice) => ({ ...notice, text: toldText(notice.text) })),
    steps,
    changed: open.size > 0,
  };
  return ok({ ...body, digest: digestPlan(body) });
}

async function planStep(
  step: RecipeStep,
  kind: StepKind,
  waits: boolean,
): Promise<Result<PlannedStep, StepCheckFailed>> {
  const described = kind.describe(step.args);
  if (described.isErr()) return err(stepCheckFailed(step.id, described.error));
  const base = { ...step, ...described.value, ...(kind.volatile ? { volatile: true as const } : {}) };
  if (waits) return ok({ ...base, state: 'later' });

  const check = await kind.check(step.args);
  if (check.isErr()) return err(stepCheckFailed(step.id, check.error));
  if (check.value.state === 'satisfied') return ok({ ...base, state: 'satisfied' });
  return ok({
    ...base,
    state: 'needed',
    ...(check.value.note === undefined ? {} : { note: check.value.note }),
    ...(check.value.entries === undefined ? {} : { entries: check.value.entries }),
    ...(kind.volatile ? {} : { beforeDigest: digestJson(check.value.before) }),
  });
}

function invalidName(recipe: string): MakePlanError {
  const message = `the recipe's name ${printableJson(recipe).slice(0, 80)} does not match ${String(RECIPE_NAME)}; this is a bug of the recipe`;
  return { code: 'INVALID_RECIPE', message, stepId: '' };
}

/** The error for a step whose check failed. */
export function stepCheckFailed(stepId: string, error: StepFailure): StepCheckFailed {
  return { code: 'STEP_CHECK_FAILED', message: `step '${stepId}' cannot be checked: ${error.message}`, stepId, error };
}
