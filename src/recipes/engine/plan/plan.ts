import * as v from 'valibot';
import { anyJson, listOf, record, sha256Text, timeText } from './data.js';

/** The version of the plan format this package writes and reads. */
export const PLAN_FORMAT_VERSION = 2;

/** Names of recipes: they become part of the names of run directories. */
export const RECIPE_NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;

const planHost = record({
  /** Tells machines apart and is not secret: see `currentHost`. */
  machineId: v.string(),
  /** For people; not compared. */
  hostname: v.string(),
});

/** The machine a plan was made on. */
export type PlanHost = Readonly<v.InferOutput<typeof planHost>>;

const notice = record({
  /**
   * Groups notices of one sort: `subject` (what the plan is about), `together`, `downtime`, `restart`, `size`, `lost-ability`,
   * `left-behind`, `warning`.
   */
  kind: v.string(),
  /** One or more sentences. No secrets. */
  text: v.string(),
  /** What changes it: a `Remedy`, or null where nothing does. */
  remedy: anyJson,
});

/** Something shown with a plan that no decision rests on; not digested. */
export type Notice = Readonly<v.InferOutput<typeof notice>>;

const plannedStep = record({
  id: v.string(),
  /** Name of the `StepKind` that carries it out. */
  kind: v.string(),
  args: anyJson,
  phase: v.picklist(['before', 'window', 'after']),
  /** Id of the step in `StepOptions.after`. */
  after: v.exactOptional(v.string()),
  /** Ids of the steps in `StepOptions.ends`. */
  ends: v.exactOptional(listOf(v.string())),
  /** Ids of the steps in `StepOptions.undoneBefore`. */
  undoneBefore: v.exactOptional(listOf(v.string())),
  /** `StepDescription.title`. */
  title: v.string(),
  /** `StepDescription.why`. */
  why: v.string(),
  /** `StepDescription.diff`. */
  diff: v.exactOptional(v.string()),
  /** `StepDescription.undo`. Not digested. */
  undo: v.exactOptional(v.string()),
  state: v.picklist(['satisfied', 'needed', 'later']),
  /** What the check says of a live host: `191 entries`. Not digested. */
  note: v.exactOptional(v.string()),
  /** How many entries will change, of a step that changes many. Not digested. */
  entries: v.exactOptional(v.number()),
  /** SHA-256 of the canonical JSON of `before`, hex; only of a needed step that is not volatile. */
  beforeDigest: v.exactOptional(sha256Text),
  /** Present when the kind is volatile: its state is shown, and not digested. */
  volatile: v.exactOptional(v.literal(true)),
});

/**
 * A recipe's step with what was found when the plan was made.
 *
 * `satisfied`: nothing to do. `needed`: it will be done. `later`: its check makes sense only after the step
 * named in `after`.
 */
export type PlannedStep = Readonly<v.InferOutput<typeof plannedStep>>;

/** The format of a plan. */
export const planSchema = record({
  formatVersion: v.literal(PLAN_FORMAT_VERSION),
  /** Name of the recipe. */
  recipe: v.pipe(v.string(), v.regex(RECIPE_NAME)),
  /** Version of this package that made it. */
  toolVersion: v.string(),
  /** ISO 8601, UTC. Not digested. */
  createdAt: timeText,
  host: planHost,
  /** What the decisions rest on. Digested; a change of any of it makes the plan stale. No secrets. */
  facts: anyJson,
  notices: listOf(notice),
  steps: listOf(plannedStep),
  /** True when at least one step is needed. */
  changed: v.boolean(),
  /** SHA-256 over what decisions rest on, hex: see `digestPlan`. */
  digest: sha256Text,
});

/**
 * What a recipe is going to do, as data: printed, saved, reviewed, and applied later.
 *
 * It holds no secret and no `before`, only digests. The digest is no signature: it finds damage and edits by
 * accident, not a forger.
 */
export type Plan = Readonly<v.InferOutput<typeof planSchema>>;
