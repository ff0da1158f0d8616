/**
 * The engine: a recipe is a list of steps, a plan is what they found, a run carries the plan out and can go back.
 *
 * @packageDocumentation
 */
export { canonicalJson, isJson, isJsonObject } from './json.js';
export type { Json, JsonObject } from './json.js';
export type {
  Check, RecipeStep, StepContext, StepDescription, StepFailure, StepKind, UndoData, UndoNotes,
} from './step.js';
export { createRegistry, eraseKind } from './registry.js';
export type { ErasedKind, InvalidStepData, Registry, StepThrew } from './registry.js';
export { PLAN_FORMAT_VERSION } from './plan.js';
export type { Notice, Plan, PlanHost, PlannedStep } from './plan.js';
export { currentHost } from './currentHost.js';
export { makePlan } from './makePlan.js';
export type { MakePlanError, PlanRequest, StepCheckFailed } from './makePlan.js';
export type { InvalidRecipe, UnknownStepKind } from './validateSteps.js';
export { digestPlan } from './digestPlan.js';
export { comparePlans } from './comparePlans.js';
export type { PlanDifference, PlanMismatch } from './comparePlans.js';
export { parsePlan } from './parsePlan.js';
export type { ParsePlanError } from './parsePlan.js';
export { applyPlan } from './applyPlan.js';
export type { ApplyRequest } from './applyPlan.js';
export { resumeRun } from './resumeRun.js';
export type { ResumeRequest } from './resumeRun.js';
export { rollbackRun } from './rollbackRun.js';
export type { Refusal, RollbackReport, RollbackRequest } from './rollbackRun.js';
export { recoverRun } from './recoverRun.js';
export type { RecoverRefusal, RecoverRequest, RecoveryReport } from './recoverRun.js';
export { runStatus } from './runStatus.js';
export type { RunDetails, RunStatus } from './runStatus.js';
export { DEFAULT_STATE_DIR } from './runFiles.js';
export type { FinalVerification } from './goForward.js';
export type { UndoBlocked, UndoError } from './goBack.js';
export type { OnRunEvent, RunEvent } from './runEvent.js';
export type { RemainingStep, RunReport, StepReport } from './runReport.js';
export type { StepProgress } from './runState.js';
export type { RollbackReason } from './journalRecord.js';
export type {
  ApplyRefusal, ChangedSincePlan, InterruptedRun, JournalError, NoRun, OtherHost, PreflightFailed, ResumeRefusal, RollbackRefusal,
  RollbackRefused, RunFailure,
} from './engineError.js';
export { HARDEN_RECIPE, hardenInstall, planHardenInstall } from './hardenInstall/index.js';
export type { HardenError, HardenOptions, HardenRefusal, HardenRequest } from './hardenInstall/index.js';
export { diagnoseHost } from './diagnosis/index.js';
export type { DiagnoseHostError, DiagnoseHostRequest, DiagnosedSubject, HostDiagnosis, HostFinding } from './diagnosis/index.js';
export { fpmRunner } from './fpmRunner.js';
export { putFileKind } from './steps/putFile.js';
export type { FileValidator, PutFileArgs, PutFileBefore, PutFileFailure } from './steps/putFile.js';
export { makeDirectoryKind } from './steps/makeDirectory.js';
export type { MakeDirectoryArgs, MakeDirectoryBefore, MakeDirectoryFailure } from './steps/makeDirectory.js';
