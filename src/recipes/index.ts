/**
 * The engine: a recipe is a list of steps, a plan is what they found, a run carries the plan out and can go back.
 *
 * @packageDocumentation
 */
export { canonicalJson, isJson, isJsonObject } from './engine/index.js';
export type { Json, JsonObject } from './engine/index.js';
export { createRegistry, defineStep, step } from './engine/index.js';
export type {
  Check,
  DataSchema,
  InvalidStepData,
  RecipeStep,
  Registry,
  StepContext,
  StepDefinition,
  StepDescription,
  StepFailure,
  StepKind,
  StepOptions,
  StepThrew,
  UndoData,
  UndoNotes,
} from './engine/index.js';
export { PLAN_FORMAT_VERSION } from './engine/index.js';
export type { Notice, Plan, PlanHost, PlannedStep } from './engine/index.js';
export { currentHost } from './engine/index.js';
export { makePlan } from './engine/index.js';
export type { MakePlanError, PlanRequest, StepCheckFailed } from './engine/index.js';
export type { InvalidRecipe, StepsError, UnknownStepKind } from './engine/index.js';
export { digestPlan } from './engine/index.js';
export { comparePlans } from './engine/index.js';
export type { PlanDifference, PlanMismatch } from './engine/index.js';
export { parsePlan } from './engine/index.js';
export type { ParsePlanError } from './engine/index.js';
export { applyPlan } from './engine/index.js';
export type { ApplyRequest } from './engine/index.js';
export { resumeRun } from './engine/index.js';
export type { ResumeRequest } from './engine/index.js';
export { rollbackRun } from './engine/index.js';
export type { Refusal, RollbackReport, RollbackRequest } from './engine/index.js';
export { recoverRun } from './engine/index.js';
export type { RecoverRefusal, RecoverRequest, RecoveryReport } from './engine/index.js';
export { runStatus } from './engine/index.js';
export type { RunDetails, RunStatus } from './engine/index.js';
export { DEFAULT_STATE_DIR } from './engine/index.js';
export type { FinalVerification } from './engine/index.js';
export type { UndoBlocked, UndoError } from './engine/index.js';
export type { OnRunEvent, RunEvent } from './engine/index.js';
export type { RemainingStep, RunReport, StepReport } from './engine/index.js';
export type { StepProgress } from './engine/index.js';
export type { RollbackReason } from './engine/index.js';
export type {
  ApplyRefusal,
  ChangedSincePlan,
  InterruptedRun,
  JournalError,
  NoRun,
  OtherHost,
  PreflightFailed,
  ResumeRefusal,
  RollbackRefusal,
  RollbackRefused,
  RunFailure,
} from './engine/index.js';
export { HARDEN_RECIPE, hardenInstall, planHardenInstall } from './hardenInstall/index.js';
export type { HardenError, HardenOptions, HardenRefusal, HardenRequest } from './hardenInstall/index.js';
export { diagnoseHost } from './diagnosis/index.js';
export type { DiagnoseHostError, DiagnoseHostRequest, DiagnosedSubject, HostDiagnosis } from './diagnosis/index.js';
export { fpmRunner } from './host/index.js';
export {
  assertNoProcessesStep,
  channelCommandStep,
  composeAgentsStep,
  createUserStep,
  fileModeStep,
  makeDirectoryStep,
  moveTreeStep,
  openToGroupStep,
  putFileDefinition,
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
export type {
  FileValidator,
  MakeDirectoryArgs,
  MakeDirectoryFailure,
  PutFileArgs,
  PutFileFailure,
} from './steps/index.js';
