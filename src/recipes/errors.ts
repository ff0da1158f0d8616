/**
 * The errors that functions of this part return, each by its name. A record of another part is in the `errors` of that part.
 *
 * @module
 */
export type { HardenRefusal } from './hardenInstall/index.js';
export type {
  ChangedSincePlan,
  InterruptedRun,
  InvalidRecipe,
  InvalidStepData,
  NoRun,
  OtherHost,
  PreflightFailed,
  RollbackRefused,
  StepCheckFailed,
  StepThrew,
  StepsError,
  UndoBlocked,
  UnknownStepKind,
} from './engine/index.js';
export type { MakeDirectoryFailure, PutFileFailure } from './steps/index.js';
