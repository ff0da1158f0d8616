import { err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isJsonObject, readData } from '../../engine/index.js';
import type { ParsePlanError, Plan, PlanMismatch } from '../../engine/index.js';
import { instancesOf, migrationOptions } from '../../host/index.js';
import type { MigrationFacts, SeveralFacts } from '../../host/index.js';
import { RECIPE } from '../plan/planMigration.js';

/** Why a plan is not one of a migration. */
export type NoMigrationPlan =
  Extract<PlanMismatch, { readonly code: 'OTHER_RECIPE' }> | Extract<ParsePlanError, { readonly code: 'PLAN_INVALID' }>;

/** The facts of a plan that `planMigration` made, of each instance, and the options it was made with. */
export function readPlan({ recipe, facts }: Plan): Result<SeveralFacts, NoMigrationPlan> {
  if (recipe !== RECIPE) {
    const message = `the plan is one of ${recipe}, expected one of ${RECIPE}; apply it with the recipe that made it`;
    return err({ code: 'OTHER_RECIPE', message, planRecipe: recipe, recipe: RECIPE });
  }
  return (
    readData(migrationOptions, isJsonObject(facts) ? facts['options'] : undefined)
      .mapErr(({ field, problem }): NoMigrationPlan => {
        const where = `plan.facts.options${field === '' ? '' : `.${field}`}`;
        return {
          code: 'PLAN_INVALID',
          message: `the plan is not valid: ${where} ${problem}; make the plan again`,
          where,
        };
      })
      // The digest covers the facts, and only planMigration writes facts of this recipe.
      .map((options) => ({ options, instances: instancesOf(facts as MigrationFacts | SeveralFacts) }))
  );
}
