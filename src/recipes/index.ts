/**
 * The engine: a recipe is a list of steps, a plan is what they found, a run carries the plan out and can go back.
 *
 * @packageDocumentation
 */
export { createRegistry, defineStep, step } from './engine/index.js';
export type {
  Check,
  DataSchema,
  Json,
  RecipeStep,
  Registry,
  StepContext,
  StepDefinition,
  StepFailure,
  StepKind,
  UndoData,
  UndoNotes,
} from './engine/index.js';
export {
  assertNoProcessesStep,
  channelCommandStep,
  composeAgentsStep,
  createUserStep,
  fileModeStep,
  makeDirectoryStep,
  moveTreeStep,
  openToGroupStep,
  putFileStep,
  reclaimStep,
  recoveryUnitStep,
  rewriteUnitStep,
  serviceUmaskStep,
  startUnitsStep,
  statePathsStep,
  stepRegistry,
  stopUnitsStep,
  sudoersStep,
  verifyRewriteStep,
} from './steps/index.js';
export { comparePlans, currentHost, makePlan, parsePlan } from './engine/index.js';
export type {
  MakePlanError,
  Notice,
  ParsePlanError,
  PlannedStep,
  Plan,
  PlanHost,
  PlanMismatch,
} from './engine/index.js';
export { applyPlan, recoverRun, resumeRun, rollbackRun, runStatus } from './engine/index.js';
export type {
  ApplyRefusal,
  JournalError,
  RecoverRefusal,
  ResumeRefusal,
  RollbackRefusal,
  RollbackReason,
  RollbackReport,
  RunEvent,
  RunReport,
  RunStatus,
} from './engine/index.js';
export { hardenInstall, planHardenInstall } from './hardenInstall/index.js';
export type { HardenError, HardenOptions } from './hardenInstall/index.js';
export { diagnoseHost } from './diagnosis/index.js';
export type { DiagnoseHostError } from './diagnosis/index.js';
export { fpmRunner } from './proof/index.js';
export type { Refusal } from './host/index.js';

export type * as errors from './errors.js';
