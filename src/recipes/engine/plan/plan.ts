import type { Json } from './json.js';
import type { RecipeStep, StepDescription } from './step.js';

/** The version of the plan format this package writes; it reads this and earlier ones. */
export const PLAN_FORMAT_VERSION = 1;

/** The machine a plan was made on. */
export interface PlanHost {
  /** Tells machines apart and is not secret: see {@link currentHost}. */
  readonly machineId: string;
  /** For people; not compared. */
  readonly hostname: string;
}

/** Something shown with a plan that no decision rests on; not digested. */
export interface Notice {
  /** Groups notices of one sort: `size`, `lost-ability`, `left-behind`, `warning`. */
  readonly kind: string;
  /** One or more sentences. No secrets. */
  readonly text: string;
}

/**
 * A recipe's step with what was found when the plan was made.
 *
 * `satisfied`: nothing to do. `needed`: it will be done. `later`: its check makes sense only after the step
 * named in `after`.
 */
export interface PlannedStep extends RecipeStep, StepDescription {
  readonly state: 'satisfied' | 'needed' | 'later';
  /** What the check had to say of a live host: `191 entries`. Not digested. */
  readonly note?: string;
  /** SHA-256 of the canonical JSON of `before`, hex; only of a needed step that is not volatile. */
  readonly beforeDigest?: string;
  /** Present when the kind is volatile: its state is shown, and not digested. */
  readonly volatile?: true;
}

/**
 * What a recipe is going to do, as data: printed, saved, reviewed, and applied later.
 *
 * It holds no secret and no `before`, only digests. The digest is no signature: it finds damage and edits by
 * accident, not a forger.
 */
export interface Plan {
  readonly formatVersion: 1;
  /** Name of the recipe. */
  readonly recipe: string;
  /** Version of this package that made it. */
  readonly toolVersion: string;
  /** ISO 8601, UTC. Not digested. */
  readonly createdAt: string;
  readonly host: PlanHost;
  /** What the decisions rest on. Digested; a change of any of it makes the plan stale. No secrets. */
  readonly facts: Json;
  readonly notices: readonly Notice[];
  readonly steps: readonly PlannedStep[];
  /** True when at least one step is needed. */
  readonly changed: boolean;
  /** SHA-256 over what decisions rest on, hex: see {@link digestPlan}. */
  readonly digest: string;
}
