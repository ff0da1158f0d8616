export { appendRecord } from './journal/appendRecord.js';
export { applyPlan, applyPlanLocked, interruptedRun } from './run/applyPlan.js';
export { comparePlans } from './plan/comparePlans.js';
export type { PlanMismatch } from './plan/comparePlans.js';
export { currentHost } from './plan/currentHost.js';
export { sha256 } from './plan/digest.js';
export type { InterruptedRun, JournalError } from './journal/journalError.js';
export type {
  ApplyRefusal,
  ChangedSincePlan,
  NoRun,
  OtherHost,
  PreflightFailed,
  ResumeRefusal,
  RollbackRefusal,
  RollbackRefused,
} from './run/engineError.js';
export type { UndoBlocked } from './run/undoSteps.js';
export type { FinalVerification } from './run/applySteps.js';
export { absolutePath, accountId, fileMode, listOf, parseJson, readData, record } from './plan/data.js';
export type { DataSchema } from './plan/data.js';
export { defineStep } from './plan/defineStep.js';
export { canonicalJson, isJsonObject } from './plan/json.js';
export type { Json, JsonObject } from './plan/json.js';
export { makePlan } from './plan/makePlan.js';
export type { MakePlanError, StepCheckFailed } from './plan/makePlan.js';
export { parsePlan } from './plan/parsePlan.js';
export type { ParsePlanError } from './plan/parsePlan.js';
export { planSchema } from './plan/plan.js';
export type { Notice, Plan, PlanHost, PlannedStep } from './plan/plan.js';
export { recoverRun } from './run/recoverRun.js';
export type { RecoverRefusal, RecoverRequest, RecoveryReport } from './run/recoverRun.js';
export { createRegistry } from './plan/registry.js';
export type { Registry } from './plan/registry.js';
export { resumeRun, resumeRunLocked } from './run/resumeRun.js';
export { rollbackRun } from './run/rollbackRun.js';
export type { RollbackReport, RollbackRequest } from './run/rollbackRun.js';
export type { OnRunEvent, RunEvent } from './run/runEvent.js';
export { DEFAULT_STATE_DIR, lockFile, runFilesIn, runsDir } from './journal/runFiles.js';
export { undoTitle } from './run/runReport.js';
export type { RunReport, StepReport } from './run/runReport.js';
export { runStatus } from './run/runStatus.js';
export type { RunDetails, RunStatus } from './run/runStatus.js';
export { ensureStateDir, findInterrupted, undoableRuns } from './journal/runStore.js';
export { checkPrivateDirectory } from './journal/trust.js';
export { step } from './plan/step.js';
export type {
  Check,
  InvalidStepData,
  RecipeStep,
  StepContext,
  StepDefinition,
  StepFailure,
  StepKind,
  StepThrew,
  UndoData,
  UndoNotes,
} from './plan/step.js';
export { TOOL_VERSION } from './plan/toolVersion.js';
export type { InvalidRecipe, StepsError, UnknownStepKind } from './plan/validateSteps.js';
export type { RollbackReason } from './journal/journalRecord.js';
