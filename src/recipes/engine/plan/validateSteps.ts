import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isJson } from './json.js';
import type { ErasedKind, Registry } from './registry.js';
import type { RecipeStep } from './step.js';

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

/** A step and what carries it out. */
export interface BoundStep<S extends RecipeStep = RecipeStep> {
  readonly step: S;
  readonly kind: ErasedKind;
}

/** Ids become names of record files, so nothing that means something in a path. */
const ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/**
 * Finds each step's kind and proves that the list hangs together: ids unique and plain, `after` names an earlier
 * step, `until` and `undoNeeds` a later one, arguments are JSON.
 */
export function validateSteps<S extends RecipeStep>(
  steps: readonly S[],
  registry: Registry,
): Result<readonly BoundStep<S>[], InvalidRecipe | UnknownStepKind> {
  const position = new Map<string, number>();
  for (const [index, step] of steps.entries()) {
    if (!ID.test(step.id)) return invalid(step.id, `its id does not match ${String(ID)}`);
    if (position.has(step.id)) return invalid(step.id, 'its id occurs twice');
    position.set(step.id, index);
  }

  const bound: BoundStep<S>[] = [];
  for (const [index, step] of steps.entries()) {
    const kind = registry.get(step.kind);
    if (kind === undefined) return unknownKind(step);
    if (!isJson(step.args)) return invalid(step.id, 'its arguments are not plain JSON');
    if (step.after !== undefined && !((position.get(step.after) ?? Infinity) < index)) {
      return invalid(step.id, `it is to come after '${step.after}', which is no earlier step`);
    }
    for (const id of [...(step.until === undefined ? [] : [step.until]), ...(step.undoNeeds ?? [])]) {
      if (!((position.get(id) ?? -1) > index)) return invalid(step.id, `it names '${id}', which is no later step`);
    }
    bound.push({ step, kind });
  }
  return ok(bound);
}

function invalid(stepId: string, why: string): Result<never, InvalidRecipe> {
  const shown = JSON.stringify(stepId).slice(0, 80);
  const message = `step ${shown} is not valid: ${why}; this is a bug of the recipe, or a damaged file`;
  return err({ code: 'INVALID_RECIPE', message, stepId });
}

function unknownKind(step: RecipeStep): Result<never, UnknownStepKind> {
  const message =
    `step '${step.id}' is of kind ${JSON.stringify(step.kind)}, which this version of the tool does not know; ` +
    'use the version that made the plan or the run';
  return err({ code: 'UNKNOWN_STEP_KIND', message, stepId: step.id, kind: step.kind });
}
