import type { Result, ResultAsync } from 'neverthrow';
import type { DataSchema } from './data.js';
import type { Json } from './json.js';

/**
 * What every failure of a step has; each kind's own errors extend it.
 *
 * It is written to the journal: plain JSON, and never a secret in it.
 */
export interface StepFailure {
  /** SCREAMING_SNAKE, stable. */
  readonly code: string;
  /** What was found, what was expected, what to do next. */
  readonly message: string;
}

/**
 * The answer of a check: the goal of the step is reached already, or it is not and this is what was found.
 *
 * A satisfied step has no `before`, so undoing what a run did not make cannot be expressed.
 */
export type Check<B> =
  | { readonly state: 'satisfied' }
  | {
      readonly state: 'needed';
      /** What undo needs. Stored in the journal only (root, 0600); a plan carries its digest. */
      readonly before: B;
      /** Shown in the plan, outside the digest: `191 entries`. No secrets. */
      readonly note?: string;
      /** How many entries will change, where the step changes many. */
      readonly entries?: number;
    };

/** What a step is given while it acts. */
export interface StepContext {
  /** Directory of this run below the state directory (0700). */
  readonly runDir: string;
  /**
   * A file of this step alone in the run's records directory, for undo data too large for the journal.
   *
   * The same name gives the same file in apply, verify and undo, also in a later process. Create it 0600,
   * append to it (apply is called again when a run is resumed) and fsync before acting on what it says.
   */
  recordPath(name: string): string;
  /** One line for whoever watches. No secrets. */
  progress(message: string): void;
  /**
   * Aborted when the operator wants to stop. The engine stops between steps; a long step may end early with
   * its own failure, and the run is then left interrupted, to be resumed or rolled back. Never aborted in undo.
   */
  readonly signal: AbortSignal;
  /**
   * Only in undo and undoable: the operator asked to undo although something was changed since. What would be lost is
   * kept below {@link StepContext.recordPath} first. Without it, undo refuses to overwrite changes of others.
   */
  readonly force: boolean;
  /**
   * Only in undo and undoable: the operator accepts that programs which root runs afterwards were changed since. Without
   * it, undo puts back what was kept of them.
   */
  readonly acceptChangedPrograms?: boolean;
}

/** How a plan shows a step. @inline */
export interface StepDescription {
  /** What it does, one line: `install /etc/sudoers.d/wca-kimaki`. */
  readonly title: string;
  /** Why it is needed, one line. */
  readonly why: string;
  /** Unified diff, secrets redacted. */
  readonly diff?: string;
  /** What an undo of it does, one line: `remove /etc/sudoers.d/wca-kimaki`. Not digested. Default: `undo:` and the title. */
  readonly undo?: string;
}

/** Where the data is that undo uses. */
export interface UndoData {
  readonly id: string;
  /** Its `step-intended` record of this id holds `before`. */
  readonly journal: string;
  /** {@link StepContext.recordPath}. */
  recordPath(name: string): string;
}

/** What undo left alone on purpose, or did differently, one sentence each. */
export interface UndoNotes {
  readonly notes: readonly string[];
}

/**
 * What {@link defineStep} makes a kind of: the schemas of its data, and what it does with data of that shape.
 *
 * `check` reads only; `apply` relies on nothing but the `before` it is given and refuses when the host no longer
 * matches it; `undo` handles an apply that stopped anywhere, and may be called twice. Methods return a failure, they do
 * not throw; a throw becomes `STEP_THREW`.
 */
export interface StepDefinition<K extends string, A extends Json, B extends Json> {
  /** `folder.verb`, as in `posix.putFile`: stored in plans and journals, never renamed. */
  readonly kind: K;
  /** Shape of the arguments. */
  readonly args: DataSchema<A>;
  /** Shape of what `check` finds and undo needs. */
  readonly before: DataSchema<B>;
  /**
   * Its `before` changes by itself on a live host (counts, sizes): neither it nor whether the step is needed
   * is part of the plan's digest, and `before` is what the run finds. Default false.
   */
  readonly volatile?: boolean;
  /** Pure: the same arguments give the same words. Printed and digested, so no secrets. */
  describe(args: NoInfer<A>): StepDescription;
  /** Reads only. */
  check(args: NoInfer<A>): ResultAsync<Check<NoInfer<B>>, StepFailure>;
  /** Acts. Called after `before` is durable in the journal. */
  apply(args: NoInfer<A>, before: NoInfer<B>, ctx: StepContext): ResultAsync<void, StepFailure>;
  /** Proves that the act took effect; reads only. */
  verify(args: NoInfer<A>, ctx: StepContext): ResultAsync<void, StepFailure>;
  /**
   * Whether this can be undone without losing what was written since. Asked of every step before the first undo of a
   * rollback; one refusal refuses the whole. Asked with force, it answers for a forced undo. Reads only. Without it the
   * answer is yes. Its notes say what the operator should know before.
   */
  undoable?(
    args: NoInfer<A>,
    before: NoInfer<B>,
    ctx: StepContext,
    // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- an answer with nothing to say is nothing
  ): ResultAsync<void | UndoNotes, StepFailure>;
  /** Restores `before`; what it left alone on purpose goes into the notes. Already undone is success. */
  undo(
    args: NoInfer<A>,
    before: NoInfer<B>,
    ctx: StepContext,
    // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- an undo with nothing to say returns nothing
  ): ResultAsync<void | UndoNotes, StepFailure>;
  /**
   * What a person does where `undo` cannot: commands of a root shell, in this order, or a sentence. Pure; no secrets.
   * Without it only the records are named.
   */
  byHand?(args: NoInfer<A>, before: NoInfer<B>, where: UndoData): readonly string[];
  /**
   * Paths that `apply` and `undo` create, change, move or remove, each with what is below it and with temporary names beside
   * it. A run in a unit can write nowhere else in `/etc`, `/usr`, homes and the like. Pure. Without it there are none.
   */
  writes?(args: NoInfer<A>): readonly string[];
  /**
   * Removes temporary files of a killed act of this step, and nothing else. Called before a half-done step is completed
   * or undone. Without it there are none.
   */
  tidy?(args: NoInfer<A>): ResultAsync<void, StepFailure>;
}

/** Arguments or a `before` that do not have the shape their kind declares. */
export interface InvalidStepData {
  readonly code: 'INVALID_STEP_DATA';
  readonly message: string;
  readonly kind: string;
  /** `args.from`, `before.bytes`. */
  readonly field: string;
}

/** A step threw instead of returning its failure: a bug of the kind. The run treats it as a failed step. */
export interface StepThrew {
  readonly code: 'STEP_THREW';
  readonly message: string;
  readonly kind: string;
}

/**
 * One kind of act, the unit of reversion; made by {@link defineStep}.
 *
 * Every method checks the data it is given first, since it may come from a file: `INVALID_STEP_DATA`. None throws.
 */
export interface StepKind<K extends string = string, A extends Json = Json, B extends Json = Json> {
  readonly kind: K;
  /** Shape of the arguments. */
  readonly args: DataSchema<A>;
  /** Shape of what `check` finds and undo needs. */
  readonly before: DataSchema<B>;
  /** {@link StepDefinition.volatile}. */
  readonly volatile: boolean;
  /** Whether these are arguments of this kind. */
  checkArgs(args: Json): Result<A, InvalidStepData>;
  /** Whether this is a `before` of this kind. */
  checkBefore(before: Json): Result<B, InvalidStepData>;
  /** {@link StepDefinition.describe}. */
  describe(args: A): Result<StepDescription, InvalidStepData | StepThrew>;
  /** {@link StepDefinition.check}. */
  check(args: A): ResultAsync<Check<B>, StepFailure>;
  /** {@link StepDefinition.apply}. */
  apply(args: A, before: B, ctx: StepContext): ResultAsync<void, StepFailure>;
  /** {@link StepDefinition.verify}. */
  verify(args: A, ctx: StepContext): ResultAsync<void, StepFailure>;
  /** {@link StepDefinition.undoable}; Ok at once, and without notes, for a kind without it. */
  undoable(args: A, before: B, ctx: StepContext): ResultAsync<UndoNotes, StepFailure>;
  /** {@link StepDefinition.undo}; no notes where the kind has none. */
  undo(args: A, before: B, ctx: StepContext): ResultAsync<UndoNotes, StepFailure>;
  /** {@link StepDefinition.byHand}; empty for a kind without it, and for data of another shape. */
  byHand(args: A, before: B, where: UndoData): readonly string[];
  /** {@link StepDefinition.writes}; empty for a kind without it, and for data of another shape. */
  writes(args: A): readonly string[];
  /** {@link StepDefinition.tidy}; Ok at once for a kind without it. */
  tidy(args: A): ResultAsync<void, StepFailure>;
}

/** What a step is besides its kind: see {@link step}. @inline */
export interface StepOptions<A> {
  /** Unique within the recipe, `[a-z0-9][a-z0-9.-]*`: names journal records and record files. */
  readonly id: string;
  /** Its arguments. Printed with the plan: no secrets. */
  readonly args: A;
  /** While the old service runs, in the stop window, or after the start. Shown; the list's order is what counts. */
  readonly phase: 'before' | 'window' | 'after';
  /**
   * An earlier step that changes what this one's check sees. While that one is still to be done, this one is planned as
   * `later` and never guessed.
   */
  readonly after?: RecipeStep | undefined;
  /**
   * Earlier steps whose effect must last until this one (units stay masked up to the start). A resumed run checks them
   * again, and does them again, as long as this one is not done: a reboot undoes what is in /run.
   */
  readonly ends?: readonly RecipeStep[] | undefined;
  /**
   * Earlier steps that may be undone only once this one is. When this one could not be undone, those are left alone and
   * reported: never the unit of one side with the state of the other.
   */
  readonly undoneBefore?: readonly RecipeStep[] | undefined;
}

/**
 * One step of a recipe, as data; made by {@link step}. It is also the handle by which later steps refer to it.
 *
 * References are kept by id, and in a plan's JSON they are ids.
 */
export interface RecipeStep<K extends string = string, A extends Json = Json> {
  readonly id: string;
  /** The {@link StepKind} that carries it out. */
  readonly kind: K;
  readonly args: A;
  readonly phase: 'before' | 'window' | 'after';
  readonly after?: string;
  readonly ends?: readonly string[];
  readonly undoneBefore?: readonly string[];
  /** Only {@link step} makes one: its arguments are those of its kind. */
  readonly [made]: true;
}

declare const made: unique symbol;

/**
 * A step of a recipe; arguments that its kind does not have, or lacks, do not compile.
 *
 * @example
 * ```ts
 * import { makeDirectoryStep, moveTreeStep, step } from '@wca/runtime-sdk/recipes';
 *
 * const directory = step(makeDirectoryStep, {
 *   id: 'directory',
 *   phase: 'before',
 *   args: { path: '/srv/new', mode: 0o755, uid: 0, gid: 0 },
 * });
 * const move = step(moveTreeStep, {
 *   id: 'move',
 *   phase: 'window',
 *   after: directory,
 *   undoneBefore: [directory],
 *   args: { from: '/srv/old/state', to: '/srv/new/state', why: 'it belongs to the new service' },
 * });
 * console.log(move.after); // directory
 * ```
 */
export function step<const K extends string, A extends Json>(
  kind: Pick<StepKind<K, A>, 'kind' | 'args'>,
  { id, args, phase, after, ends = [], undoneBefore = [] }: StepOptions<NoInfer<A>>,
): RecipeStep<K, A> {
  const made = {
    id,
    kind: kind.kind,
    args,
    phase,
    ...(after === undefined ? {} : { after: after.id }),
    ...(ends.length === 0 ? {} : { ends: ends.map((one) => one.id) }),
    ...(undoneBefore.length === 0 ? {} : { undoneBefore: undoneBefore.map((one) => one.id) }),
  };
  // The mark is for the compiler alone: a step is data.
  return made as typeof made & RecipeStep<K, A>;
}
