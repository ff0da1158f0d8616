import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { digestPlan } from './digestPlan.js';
import { isJson, isJsonObject } from './json.js';
import type { Json, JsonObject } from './json.js';
import { PLAN_FORMAT_VERSION } from './plan.js';
import type { Plan, PlannedStep } from './plan.js';
import type { Registry } from './registry.js';
import { validateSteps } from './validateSteps.js';
import type { InvalidRecipe, UnknownStepKind } from './validateSteps.js';

/** Why a text is no plan that could be applied. */
export type ParsePlanError =
  | { readonly code: 'PLAN_NOT_JSON'; readonly message: string }
  | { readonly code: 'PLAN_FORMAT_UNKNOWN'; readonly message: string; readonly formatVersion: Json }
  | { readonly code: 'PLAN_INVALID'; readonly message: string; readonly where: string }
  | { readonly code: 'PLAN_DIGEST_MISMATCH'; readonly message: string }
  | InvalidRecipe
  | UnknownStepKind;

/**
 * Reads a saved plan, strictly: every field of the right shape, no unknown one, every kind known, digest right.
 *
 * A right digest shows that nothing was damaged or edited by hand; it is no signature. Whether the plan still
 * fits the host is for {@link comparePlans}.
 *
 * Errors: `PLAN_NOT_JSON`, `PLAN_FORMAT_UNKNOWN`, `PLAN_INVALID` naming the field, `INVALID_RECIPE`,
 * `UNKNOWN_STEP_KIND`, `PLAN_DIGEST_MISMATCH`.
 *
 * @example
 * ```ts
 * import { createRegistry, parsePlan } from '@wca/runtime-sdk/recipes';
 *
 * const plan = parsePlan('{"formatVersion":2}', createRegistry([]));
 * if (plan.isErr()) console.error(plan.error.code); // PLAN_FORMAT_UNKNOWN
 * ```
 */
export function parsePlan(text: string, registry: Registry): Result<Plan, ParsePlanError> {
  const value = parseJson(text);
  if (value === undefined || !isJsonObject(value)) {
    return err({ code: 'PLAN_NOT_JSON', message: 'this is no plan: it is not one JSON object' });
  }
  const plan = planFromJson(value);
  if (plan.isErr()) return err(plan.error);
  const bound = validateSteps(plan.value.steps, registry);
  if (bound.isErr()) return err(bound.error);
  if (digestPlan(plan.value) !== plan.value.digest) {
    return err({
      code: 'PLAN_DIGEST_MISMATCH',
      message: 'the plan does not match its own digest: it was edited or damaged; make it again',
    });
  }
  return plan;
}

/** The plan in a parsed JSON value, its digest and kinds not checked: what a journal holds, checksummed itself. */
export function planFromJson(value: JsonObject): Result<Plan, ParsePlanError> {
  if (value.formatVersion !== PLAN_FORMAT_VERSION) {
    const formatVersion = value.formatVersion ?? null;
    const message =
      `the plan has format version ${JSON.stringify(formatVersion).slice(0, 40)}; ` +
      `this tool reads ${PLAN_FORMAT_VERSION}: make the plan again with this version`;
    return err({ code: 'PLAN_FORMAT_UNKNOWN', message, formatVersion });
  }
  const wrong = firstWrong(value, PLAN_FIELDS, 'plan');
  if (wrong !== null || !isPlanShape(value)) return invalid(wrong ?? 'plan');
  for (const [index, step] of value.steps.entries()) {
    const where = `plan.steps[${index}]`;
    if (!isJsonObject(step)) return invalid(where);
    const bad = firstWrong(step, STEP_FIELDS, where);
    if (bad !== null) return invalid(bad);
  }
  const steps = value.steps.filter(isPlannedStep);
  if (value.changed !== steps.some(({ state }) => state === 'needed')) return invalid('plan.changed');
  return ok({ ...value, steps });
}

type Field = (value: Json | undefined) => boolean;

const text: Field = (value) => typeof value === 'string';
const optionalText: Field = (value) => value === undefined || text(value);
const hex: Field = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const oneOf =
  (...allowed: readonly string[]): Field =>
  (value) =>
    typeof value === 'string' && allowed.includes(value);

const PLAN_FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['formatVersion', () => true],
  ['recipe', text],
  ['toolVersion', text],
  ['createdAt', (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))],
  ['host', isPlanHost],
  ['facts', (value) => value !== undefined],
  ['notices', (value) => isArray(value) && value.every(isNotice)],
  ['steps', isArray],
  ['changed', (value) => typeof value === 'boolean'],
  ['digest', hex],
]);

const STEP_FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['id', text],
  ['kind', text],
  ['args', (value) => value !== undefined],
  ['phase', oneOf('before', 'window', 'after')],
  ['after', optionalText],
  ['until', optionalText],
  ['undoNeeds', (value) => value === undefined || (isArray(value) && value.every(text))],
  ['title', text],
  ['why', text],
  ['diff', optionalText],
  ['state', oneOf('satisfied', 'needed', 'later')],
  ['note', optionalText],
  ['beforeDigest', (value) => value === undefined || hex(value)],
  ['volatile', (value) => value === undefined || value === true],
]);

/** The first field that is missing, of the wrong shape or unknown, or null. */
function firstWrong(value: JsonObject, fields: ReadonlyMap<string, Field>, where: string): string | null {
  for (const [name, field] of fields) {
    if (!field(Object.hasOwn(value, name) ? value[name] : undefined)) return `${where}.${name}`;
  }
  const unknown = Object.keys(value).find((name) => !fields.has(name));
  return unknown === undefined ? null : `${where}.${JSON.stringify(unknown).slice(1, 41).replace(/"$/, '')}`;
}

function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Says for the compiler what {@link PLAN_FIELDS} checks. */
function isPlanShape(
  value: JsonObject,
): value is JsonObject & Omit<Plan, 'steps'> & { readonly steps: readonly Json[] } {
  return firstWrong(value, PLAN_FIELDS, '') === null;
}

/** Says for the compiler what {@link STEP_FIELDS} checks. */
function isPlannedStep(value: Json): value is Json & PlannedStep {
  return isJsonObject(value) && firstWrong(value, STEP_FIELDS, '') === null;
}

function isPlanHost(value: Json | undefined): boolean {
  return isJsonObject(value) && text(value.machineId) && text(value.hostname) && Object.keys(value).length === 2;
}

function isNotice(value: Json): boolean {
  return isJsonObject(value) && text(value.kind) && text(value.text) && Object.keys(value).length === 2;
}

function invalid(where: string): Result<never, ParsePlanError> {
  const what = 'the field is missing, unknown or of the wrong shape';
  const message = `the plan is not valid at ${where}: ${what}; make the plan again`;
  return err({ code: 'PLAN_INVALID', message, where });
}

function parseJson(source: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(source);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
