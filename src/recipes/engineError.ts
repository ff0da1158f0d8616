import type { IoError, LockError } from '../posix/index.js';
import type { StepCheckFailed } from './makePlan.js';
import type { StepFailure } from './step.js';
import type { InvalidRecipe, UnknownStepKind } from './validateSteps.js';

/** A journal that cannot be replayed or belongs to someone else; the run it tells of is left as it is. */
export type JournalError =
  | {
      readonly code: 'JOURNAL_CORRUPT';
      readonly message: string;
      readonly path: string;
      /** Number of the first record that is wrong, from 1. */
      readonly record: number;
      readonly reason: string;
    }
  | { readonly code: 'JOURNAL_UNTRUSTED'; readonly message: string; readonly path: string; readonly reason: string }
  | {
      readonly code: 'JOURNAL_VERSION';
      readonly message: string;
      readonly path: string;
      readonly formatVersion: number;
    }
  | IoError;

/** A run began and neither ended nor was rolled back; until it did, no other begins. */
export interface InterruptedRun {
  readonly code: 'INTERRUPTED_RUN';
  readonly message: string;
  readonly runId: string;
  /** `back` when a rollback had begun: only going on with it is left. */
  readonly direction: 'forward' | 'back';
}

/** What a step found when its turn came is not what the plan was made on. */
export interface ChangedSincePlan {
  readonly code: 'CHANGED_SINCE_PLAN';
  readonly message: string;
  readonly stepId: string;
}

/** What the caller had tried before the first step did not go well. */
export interface PreflightFailed {
  readonly code: 'PREFLIGHT_FAILED';
  readonly message: string;
  readonly error: StepFailure;
}

/** The run or plan was made on another machine. */
export interface OtherHost {
  readonly code: 'OTHER_HOST';
  readonly message: string;
  readonly planHostname: string;
  readonly hostname: string;
}

/** There is nothing to resume or to roll back. */
export interface NoRun {
  readonly code: 'NO_RUN';
  readonly message: string;
  /** Where the latest run stands. */
  readonly state: 'none' | 'interrupted' | 'applied' | 'rolled-back';
}

/** Some step must not be undone any more; nothing was changed. */
export interface RollbackRefused {
  readonly code: 'ROLLBACK_REFUSED';
  readonly message: string;
  readonly runId: string;
  readonly refusals: readonly { readonly stepId: string; readonly title: string; readonly error: StepFailure }[];
}

/** Why a run was not begun: nothing on the host was changed. */
export type ApplyRefusal =
  | LockError
  | JournalError
  | InterruptedRun
  | OtherHost
  | InvalidRecipe
  | UnknownStepKind
  | StepCheckFailed
  | ChangedSincePlan
  | PreflightFailed;

/** Why an interrupted run was not taken up: nothing was changed. */
export type ResumeRefusal = LockError | JournalError | NoRun | OtherHost | InvalidRecipe | UnknownStepKind;

/** Why a rollback was not begun: nothing was changed. */
export type RollbackRefusal = ResumeRefusal | RollbackRefused;

/** What stopped a run that had begun. */
export interface RunFailure {
  /** Null for the final verification. */
  readonly stepId: string | null;
  readonly during: 'check' | 'apply' | 'verify' | 'undo' | 'journal' | 'verification';
  readonly error: StepFailure;
}
