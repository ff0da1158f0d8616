import type { ResultAsync } from 'neverthrow';
import type { Json } from './json.js';

/**
 * What every failure of a step has; each kind's closed union of errors extends it.
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
 * The answer of a check: what the step is for holds already, or it does not and this is what is there.
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
   * Only in undo and in the question before it: the operator asked to go back although something was changed since. What would be lost is
   * kept below {@link StepContext.recordPath} first. Without it, undo refuses to overwrite what is not ours.
   */
  readonly force: boolean;
}

/** What a step says of itself before anything happened. */
export interface StepDescription {
  /** What it does, one line: `install /etc/sudoers.d/wca-kimaki`. */
  readonly title: string;
  /** Why it is needed, one line. */
  readonly why: string;
  /** Unified diff, secrets redacted. */
  readonly diff?: string;
}

/**
 * One kind of act: the unit of reversion.
 *
 * `check` reads only; `apply` may rely on nothing but the `before` it is given and refuses when the host no
 * longer matches it; `undo` copes with an apply that stopped anywhere, and may be called twice. Methods
 * return a failure, they do not throw; the engine treats a throw as a failure of the step.
 */
export interface StepKind<K extends string, A extends Json, B extends Json, E extends StepFailure> {
  /** `folder.verb`, as in `posix.putFile`: stored in journals, never renamed. */
  readonly kind: K;
  /** Pure: the same arguments give the same words. Printed and digested, so no secrets. */
  describe(args: A): StepDescription;
  /** Reads only. */
  check(args: A): ResultAsync<Check<B>, E>;
  /** Acts. Called after `before` is durable in the journal. */
  apply(args: A, before: B, ctx: StepContext): ResultAsync<void, E>;
  /** Proves that the act took effect; reads only. */
  verify(args: A, ctx: StepContext): ResultAsync<void, E>;
  /**
   * May this be undone without throwing away what came since? Asked of every step before the first undo of a
   * rollback; one refusal refuses the whole. Asked with force it answers what a forced undo would do. Reads only. Without
   * it the answer is yes.
   */
  undoable?(args: A, before: B, ctx: StepContext): ResultAsync<void, E>;
  /** Back to `before`; what it left alone on purpose goes into the notes. Already undone is success. */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- an undo with nothing to say returns nothing
  undo(args: A, before: B, ctx: StepContext): ResultAsync<void | UndoNotes, E>;
  /**
   * What a person does where `undo` cannot: commands of a root shell, in this order, or a sentence. Pure; no secrets.
   * Without it only the records are named.
   */
  byHand?(args: A, before: B, where: UndoData): readonly string[];
  /**
   * Removes what an act of this step that was killed left lying about, and nothing that is the step's work. Asked
   * before a half-done step is settled or undone. Without it there is nothing of that sort.
   */
  tidy?(args: A): ResultAsync<void, E>;
  /**
   * Its `before` changes by itself on a live host (counts, sizes): neither it nor whether the step is needed
   * is part of the plan's digest, and `before` is what the run finds.
   */
  readonly volatile?: boolean;
  /** Refuses arguments of the wrong shape, from a plan or journal file. Without it they are taken as they come. */
  isArgs?(value: Json): value is A;
  /** The same for the `before` read back from a journal. */
  isBefore?(value: Json): value is B;
}

/** Where the data is that undo goes by. */
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
 * One step of a recipe, as data.
 *
 * `phase` orders the work by downtime and is shown; the order of the list is the order of execution.
 */
export interface RecipeStep {
  /** Unique within the recipe, `[a-z0-9][a-z0-9.-]*`: names journal records and record files. */
  readonly id: string;
  /** The {@link StepKind} that carries it out. */
  readonly kind: string;
  /** Its arguments. Printed with the plan: no secrets. */
  readonly args: Json;
  /** While the old service runs, in the stop window, or after the start. */
  readonly phase: 'before' | 'window' | 'after';
  /**
   * Id of an earlier step that changes what this one's check sees. While that one is still to be done, this
   * one is planned as `later` and never guessed.
   */
  readonly after?: string;
  /**
   * Id of a later step up to which the effect of this one must last (a hold, up to the start). A resumed run
   * checks it again and does it again as long as that step is not done: a reboot undoes what is in /run.
   */
  readonly until?: string;
  /**
   * Ids of steps that must be undone before this one may be. When one of them could not be, this one is left
   * alone and reported: never the unit of one side with the state of the other.
   */
  readonly undoNeeds?: readonly string[];
}
