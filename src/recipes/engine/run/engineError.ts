import type { LockError } from '../../../posix/processes/index.js';
import type { InterruptedRun, JournalError } from '../journal/journalError.js';
import type { StepCheckFailed } from '../plan/makePlan.js';
import type { StepFailure } from '../plan/step.js';
import type { InvalidRecipe, UnknownStepKind } from '../plan/validateSteps.js';

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
