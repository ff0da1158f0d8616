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
  JsonObject,
  RecipeStep,
  Registry,
  StepContext,
  StepDefinition,
  StepDescription,
  StepFailure,
  StepKind,
  StepOptions,
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
  Plan,
  PlanDifference,
  PlanHost,
  PlanMismatch,
  PlanRequest,
  PlannedStep,
} from './engine/index.js';
export { applyPlan, recoverRun, resumeRun, rollbackRun, runStatus } from './engine/index.js';
export type {
  ApplyRefusal,
  ApplyRequest,
  FinalVerification,
  JournalError,
  OnRunEvent,
  RecoverRefusal,
  RecoverRequest,
  RecoveryReport,
  RemainingStep,
  ResumeRefusal,
  ResumeRequest,
  RollbackReason,
  RollbackRefusal,
  RollbackReport,
  RollbackRequest,
  RunDetails,
  RunEvent,
  RunFailure,
  RunReport,
  RunStatus,
  StepProgress,
  StepRefusal,
  StepReport,
  UndoError,
} from './engine/index.js';
export { hardenInstall, planHardenInstall } from './hardenInstall/index.js';
export type { HardenError, HardenOptions, HardenRequest } from './hardenInstall/index.js';
export { diagnoseHost } from './diagnosis/index.js';
export type { DiagnoseHostError, DiagnoseHostRequest, DiagnosedSubject, HostDiagnosis } from './diagnosis/index.js';
export { fpmRunner } from './host/index.js';
export type { Refusal } from './host/index.js';

export type * as errors from './errors.js';
