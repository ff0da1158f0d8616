import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableJson } from '../../../posix/paths/index.js';
import { isJson } from './json.js';
import type { Json } from './json.js';
import type { Registry } from './registry.js';
import type { InvalidStepData, StepKind } from './step.js';

/** The steps do not make a recipe: a bug of the recipe, or a damaged file. */
export interface InvalidRecipe {
  readonly code: 'INVALID_RECIPE';
  readonly message: string;
  readonly stepId: string;
}

/** A step names a kind this version of the tool does not have. */
export interface UnknownStepKind {
  readonly code: 'UNKNOWN_STEP_KIND';
  readonly message: string;
  readonly stepId: string;
  readonly kind: string;
}

/** Why a list of steps cannot be planned or carried out. */
export type StepsError = InvalidRecipe | UnknownStepKind | InvalidStepData;

/** What a list of steps is checked by; a recipe's and a plan's steps both have it. */
interface AnyStep {
  readonly id: string;
  readonly kind: string;
  readonly args: Json;
  readonly after?: string;
  readonly ends?: readonly string[];
  readonly undoneBefore?: readonly string[];
}

/** A step and what carries it out. */
export interface BoundStep<S extends AnyStep = AnyStep> {
  readonly step: S;
  readonly kind: StepKind;
}

/** Ids become names of record files, so nothing that means something in a path. */
const ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/**
 * Finds each step's kind and proves that the list fits together: ids unique and plain, references to earlier steps only,
 * arguments of the shape their kind declares.
 */
export function validateSteps<S extends AnyStep>(
  steps: readonly S[],
  registry: Registry,
): Result<readonly BoundStep<S>[], StepsError> {
  const earlier = new Set<string>();
  const bound: BoundStep<S>[] = [];
  for (const step of steps) {
    const { id, args, after, ends = [], undoneBefore = [] } = step;
    if (!ID.test(id)) return invalid(id, `its id does not match ${String(ID)}`);
    if (earlier.has(id)) return invalid(id, 'its id occurs twice');
    const kind = registry.get(step.kind);
    if (kind === undefined) return unknownKind(step);
    if (!isJson(args)) return invalid(id, 'its arguments are not plain JSON');
    const checked = kind.checkArgs(args);
    if (checked.isErr()) return err({ ...checked.error, message: `step '${id}': ${checked.error.message}` });
    for (const other of [...(after === undefined ? [] : [after]), ...ends, ...undoneBefore]) {
      if (!earlier.has(other)) return invalid(id, `it refers to ${printableJson(other)}, which is no earlier step`);
    }
    earlier.add(id);
    bound.push({ step, kind });
  }
  return ok(bound);
}

function invalid(stepId: string, why: string): Result<never, InvalidRecipe> {
  const shown = printableJson(stepId).slice(0, 80);
  const message = `step ${shown} is not valid: ${why}; this is a bug of the recipe, or a damaged file`;
  return err({ code: 'INVALID_RECIPE', message, stepId });
}

function unknownKind(step: AnyStep): Result<never, UnknownStepKind> {
  const message =
    `step '${step.id}' is of kind ${printableJson(step.kind)}, which this version of the tool does not know; ` +
    'use the version that made the plan or the run';
  return err({ code: 'UNKNOWN_STEP_KIND', message, stepId: step.id, kind: step.kind });
}
