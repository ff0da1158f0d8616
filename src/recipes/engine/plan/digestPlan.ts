import { digestJson } from './digest.js';
import type { Json, JsonObject } from './json.js';
import type { Plan, PlannedStep } from './plan.js';

/**
 * One digest over everything the plan's decisions rest on: two plans with the same digest do the same to the same host.
 *
 * Covered: format, recipe, tool version, machine id, facts, and of every step its id, kind, arguments, words,
 * order, state and the digest of its `before`. Not covered, because it changes by itself or decides nothing:
 * the time, the host name, notices, notes, and the state of volatile steps and of steps that wait for one.
 *
 * @returns SHA-256, hex
 */
export function digestPlan(plan: Omit<Plan, 'digest'>): string {
  return digestJson(planEssence(plan));
}

/** The part of a step that the digest covers. */
export type StepEssence = JsonObject & { readonly id: string; readonly title: string };

/** The part of a plan that the digest covers. */
export type PlanEssence = JsonObject & { readonly facts: Json; readonly steps: readonly StepEssence[] };

/** What {@link digestPlan} covers, as one JSON value; plans are compared by it. */
export function planEssence(plan: Omit<Plan, 'digest'>): PlanEssence {
  const volatile = volatileIds(plan.steps);
  return {
    formatVersion: plan.formatVersion,
    recipe: plan.recipe,
    toolVersion: plan.toolVersion,
    machineId: plan.host.machineId,
    facts: plan.facts,
    steps: plan.steps.map((step) => stepEssence(step, volatile.has(step.id))),
  };
}

function stepEssence(step: PlannedStep, volatile: boolean): StepEssence {
  return {
    id: step.id,
    kind: step.kind,
    args: step.args,
    phase: step.phase,
    after: step.after ?? null,
    ends: step.ends ?? [],
    undoneBefore: step.undoneBefore ?? [],
    title: step.title,
    why: step.why,
    diff: step.diff ?? null,
    state: volatile ? null : step.state,
    beforeDigest: volatile ? null : (step.beforeDigest ?? null),
  };
}

/** Steps whose state a live host changes by itself: the volatile ones and whatever waits for one of them. */
function volatileIds(steps: readonly PlannedStep[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const step of steps) {
    if (step.volatile === true || (step.after !== undefined && ids.has(step.after))) ids.add(step.id);
  }
  return ids;
}
