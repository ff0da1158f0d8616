import type { Remedy } from '../../../posix/findings/index.js';
import type { LockError } from '../../../posix/files/index.js';
import type { InterruptedRun, JournalError } from '../journal/journalError.js';
import type { StepCheckFailed } from '../plan/makePlan.js';
import type { StepFailure } from '../plan/step.js';
import type { StepsError } from '../plan/validateSteps.js';

/** What a step found when its turn came is not what the plan was made on. */
export interface ChangedSincePlan {
  readonly code: 'CHANGED_SINCE_PLAN';
  readonly message: string;
  readonly stepId: string;
}

/** The caller's own check before the first step failed. */
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

/** The recipe has no run to resume or to roll back. */
export interface NoRun {
  readonly code: 'NO_RUN';
  readonly message: string;
  /** State of the recipe's latest run. */
  readonly state: 'none' | 'interrupted' | 'applied' | 'rolled-back';
}

/** A step that cannot be undone without losing something. @inline */
export interface StepRefusal {
  readonly stepId: string;
  readonly title: string;
  readonly error: StepFailure;
}

/** Steps cannot be undone without losing something; nothing was changed. */
export interface RollbackRefused {
  readonly code: 'ROLLBACK_REFUSED';
  readonly message: string;
  readonly runId: string;
  readonly refusals: readonly StepRefusal[];
  /** What to do next: the option `force` where it removes every refusal. */
  readonly remedy: Remedy;
}

/** Why a run was not begun: nothing on the host was changed. */
export type ApplyRefusal =
  | LockError
  | JournalError
  | InterruptedRun
  | OtherHost
  | StepsError
  | StepCheckFailed
  | ChangedSincePlan
  | PreflightFailed;

/** Why an interrupted run was not resumed: nothing was changed. */
export type ResumeRefusal = LockError | JournalError | NoRun | OtherHost | StepsError;

/** Why a rollback was not begun: nothing was changed. */
export type RollbackRefusal = ResumeRefusal | RollbackRefused;
