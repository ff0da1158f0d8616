import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableJson } from '../../../posix/paths/index.js';
import { planEssence } from './digestPlan.js';
import type { StepEssence } from './digestPlan.js';
import { canonicalJson, isJsonObject } from './json.js';
import type { Json, JsonObject } from './json.js';
import type { Plan } from './plan.js';

/** One place where a saved plan and the host of now differ. @inline */
export interface PlanDifference {
  /** `facts.unit.digest`, or `step 'unit'.args.path`, or `step 'unit'`. */
  readonly where: string;
  /** What the saved plan has, as JSON, shortened; null when it has nothing there. */
  readonly saved: string | null;
  /** What a plan made now has, likewise. */
  readonly fresh: string | null;
}

/** Why a saved plan must not be applied. */
export type PlanMismatch =
  | {
      readonly code: 'OTHER_HOST';
      readonly message: string;
      readonly planHostname: string;
      readonly hostname: string;
    }
  | { readonly code: 'OTHER_RECIPE'; readonly message: string; readonly planRecipe: string; readonly recipe: string }
  | {
      readonly code: 'OTHER_VERSION';
      readonly message: string;
      readonly planVersion: string;
      readonly toolVersion: string;
    }
  | { readonly code: 'STALE_PLAN'; readonly message: string; readonly differences: readonly PlanDifference[] };

/** As many as the message lists; it says when there are more. */
const MAX_DIFFERENCES = 20;

/**
 * Says whether a saved plan still describes this host: Ok exactly when both digests cover the same.
 *
 * Another machine, another recipe, another version of the tool and a changed machine have different errors, checked in
 * this order, as Terraform does for foreign and stale state. It compares two plans and reads nothing else: make the
 * fresh one with the saved one's options.
 *
 * @param saved - the plan to be applied
 * @param fresh - a plan of the same recipe and options, made just now
 *
 * @example
 * ```ts
 * import { comparePlans } from '@wca/runtime-sdk/recipes';
 * import type { Plan } from '@wca/runtime-sdk/recipes';
 *
 * const mayApply = (saved: Plan, fresh: Plan): boolean => {
 *   const same = comparePlans(saved, fresh);
 *   if (same.isErr() && same.error.code === 'STALE_PLAN') console.error(same.error.differences);
 *   return same.isOk();
 * };
 * ```
 */
export function comparePlans(saved: Plan, fresh: Plan): Result<void, PlanMismatch> {
  if (saved.host.machineId !== fresh.host.machineId) {
    return err({
      code: 'OTHER_HOST',
      message:
        `the plan was made on another machine (${printableJson(saved.host.hostname)}); ` +
        `this is ${printableJson(fresh.host.hostname)}; make a plan here`,
      planHostname: saved.host.hostname,
      hostname: fresh.host.hostname,
    });
  }
  if (saved.recipe !== fresh.recipe) {
    return err({
      code: 'OTHER_RECIPE',
      message:
        `the plan is one of ${printableJson(saved.recipe)}, expected one of ${printableJson(fresh.recipe)}; ` +
        'give a plan of this recipe',
      planRecipe: saved.recipe,
      recipe: fresh.recipe,
    });
  }
  if (saved.toolVersion !== fresh.toolVersion) {
    return err({
      code: 'OTHER_VERSION',
      message:
        `the plan was made by version ${printableJson(saved.toolVersion)} of the tool, expected ` +
        `${printableJson(fresh.toolVersion)}; make the plan again`,
      planVersion: saved.toolVersion,
      toolVersion: fresh.toolVersion,
    });
  }
  const differences = differencesOf(saved, fresh);
  if (differences.length === 0) return ok(undefined);
  return err({ code: 'STALE_PLAN', message: staleMessage(saved, differences), differences });
}

function differencesOf(saved: Plan, fresh: Plan): readonly PlanDifference[] {
  const [before, now] = [planEssence(saved), planEssence(fresh)];
  const found = jsonDifferences('facts', before.facts, now.facts);
  const [stepsBefore, stepsNow] = [byId(before.steps), byId(now.steps)];
  for (const id of new Set([...stepsBefore.keys(), ...stepsNow.keys()])) {
    const [was, is] = [stepsBefore.get(id), stepsNow.get(id)];
    if (was === undefined) found.push({ where: `step '${id}'`, saved: null, fresh: excerpt(textOf(is?.title)) });
    else if (is === undefined) found.push({ where: `step '${id}'`, saved: excerpt(textOf(was.title)), fresh: null });
    else found.push(...jsonDifferences(`step '${id}'`, was, is));
  }
  const [orderBefore, orderNow] = [[...stepsBefore.keys()], [...stepsNow.keys()]];
  if (found.length === 0) found.push(...jsonDifferences('order of steps', orderBefore, orderNow));
  return found;
}

function byId(steps: readonly StepEssence[]): Map<string, StepEssence> {
  return new Map(steps.map((step) => [step.id, step]));
}

function jsonDifferences(where: string, was: Json | undefined, is: Json | undefined): PlanDifference[] {
  if (isJsonObject(was) && isJsonObject(is)) {
    const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
    return [...keys].sort().flatMap((key) => jsonDifferences(`${where}.${key}`, own(was, key), own(is, key)));
  }
  const [before, now] = [textOf(was), textOf(is)];
  if (before === now) return [];
  const from = firstDifference(before ?? '', now ?? '');
  return [{ where, saved: excerpt(before, from), fresh: excerpt(now, from) }];
}

/** A key of a plan file may be called `constructor`. */
function own(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function textOf(value: Json | undefined): string | null {
  return value === undefined ? null : canonicalJson(value);
}

/** The place at which two texts part. */
function firstDifference(before: string, now: string): number {
  let at = 0;
  while (at < before.length && before[at] === now[at]) at += 1;
  return at;
}

const EXCERPT = 120;

/** A long text is cut to the place that matters, with what leads to it. */
function excerpt(text: string | null, from = 0): string | null {
  if (text === null || text.length <= EXCERPT) return text;
  const start = Math.max(0, Math.min(from - EXCERPT / 3, text.length - EXCERPT));
  const end = start + EXCERPT;
  return `${start > 0 ? '...' : ''}${text.slice(start, end)}${end < text.length ? '...' : ''}`;
}

function staleMessage(saved: Plan, differences: readonly PlanDifference[]): string {
  const shown = differences
    .slice(0, MAX_DIFFERENCES)
    .map((one) => `${one.where}: was ${one.saved ?? 'absent'}, is ${one.fresh ?? 'absent'}`);
  const more = differences.length - shown.length;
  return (
    `the plan is stale: since ${saved.createdAt} this host changed (${shown.join('; ')}` +
    `${more > 0 ? `; and ${more} more` : ''}); make the plan again and review it`
  );
}
