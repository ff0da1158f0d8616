import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableJson } from '../../../posix/paths/index.js';
import { parseJson, readData } from './data.js';
import { digestPlan } from './digestPlan.js';
import { isJsonObject } from './json.js';
import type { Json } from './json.js';
import { PLAN_FORMAT_VERSION, planSchema } from './plan.js';
import type { Plan } from './plan.js';
import type { Registry } from './registry.js';
import { validateSteps } from './validateSteps.js';
import type { StepsError } from './validateSteps.js';

/** Why a text is not a plan that could be applied. */
export type ParsePlanError =
  | { readonly code: 'PLAN_NOT_JSON'; readonly message: string }
  | {
      readonly code: 'PLAN_FORMAT_UNKNOWN';
      readonly message: string;
      readonly formatVersion: Json;
      readonly expected: number;
    }
  | { readonly code: 'PLAN_INVALID'; readonly message: string; readonly where: string }
  | { readonly code: 'PLAN_DIGEST_MISMATCH'; readonly message: string }
  | StepsError;

/**
 * Reads a saved plan, strictly: every field of the right shape, no unknown one, every kind known, the arguments of each
 * step of the shape its kind declares, digest right.
 *
 * A right digest shows that nothing was damaged or edited by hand; it is no signature. Whether the plan still
 * fits the host is for {@link comparePlans}.
 *
 * Errors: `PLAN_NOT_JSON`, `PLAN_FORMAT_UNKNOWN` naming the version found and the one expected, `PLAN_INVALID` naming
 * the field, `INVALID_RECIPE`, `UNKNOWN_STEP_KIND`, `INVALID_STEP_DATA`, `PLAN_DIGEST_MISMATCH`.
 *
 * @example
 * ```ts
 * import { createRegistry, parsePlan } from '@wca/runtime-sdk/recipes';
 *
 * const plan = parsePlan('{"formatVersion":99}', createRegistry([]));
 * if (plan.isErr()) console.error(plan.error.code); // PLAN_FORMAT_UNKNOWN
 * ```
 */
export function parsePlan(text: string, registry: Registry): Result<Plan, ParsePlanError> {
  const value = parseJson(text);
  if (!isJsonObject(value)) {
    return err({
      code: 'PLAN_NOT_JSON',
      message: 'the plan is not a JSON object; give a file that a plan was saved in',
    });
  }
  const { formatVersion = null } = value;
  if (formatVersion !== PLAN_FORMAT_VERSION) {
    const message =
      `the plan has format version ${printableJson(formatVersion).slice(0, 40)}, expected ${PLAN_FORMAT_VERSION}; ` +
      'make the plan again with this version of the tool';
    return err({ code: 'PLAN_FORMAT_UNKNOWN', message, formatVersion, expected: PLAN_FORMAT_VERSION });
  }
  const plan = readData(planSchema, value);
  if (plan.isErr()) return invalid(plan.error.field, plan.error.problem);
  const isChanged = plan.value.steps.some(({ state }) => state === 'needed');
  if (plan.value.changed !== isChanged)
    return invalid('changed', `is ${String(!isChanged)}, and the steps say otherwise`);
  const bound = validateSteps(plan.value.steps, registry);
  if (bound.isErr()) return err(bound.error);
  if (digestPlan(plan.value) !== plan.value.digest) {
    return err({
      code: 'PLAN_DIGEST_MISMATCH',
      message: 'the plan does not match its own digest: it was edited or damaged; make it again',
    });
  }
  return ok(plan.value);
}

function invalid(field: string, problem: string): Result<never, ParsePlanError> {
  const where = `plan.${field}`;
  const message = `the plan is not valid: ${where} ${problem}; make the plan again`;
  return err({ code: 'PLAN_INVALID', message, where });
}
