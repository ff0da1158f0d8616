/**
 * Moves a kimaki install that runs as root to an unprivileged user: plan, apply, prove, and back again.
 *
 * @packageDocumentation
 */
export { DEFAULT_SERVICE_USER } from './options.js';
export { SHARED_UMASK } from '../../kimaki/index.js';
export type { MigrationOptions, VerificationOptions } from './options.js';
export type {
  BinaryFacts, CompanionFacts, DispatchFacts, FileFacts, FpmFacts, MigrationFacts, SiteFacts, StateFacts, StateMove,
  TargetFacts, UnitFacts, UnitFileFacts,
} from './facts.js';
export type { MigrationRefusal, RefusalCode } from './refusal.js';
export { migrationSteps } from './migrationSteps.js';
export { migrationRegistry } from './registry.js';
export { RECIPE, planMigration } from './planMigration.js';
export type { PlanMigrationError } from './planMigration.js';
export { applyMigration, refreshPlan } from './applyMigration.js';
export type { ApplyMigrationError, ApplyMigrationRequest, MigrationReport } from './applyMigration.js';
export { verifyMigration } from './verifyMigration.js';
export type { VerificationReport } from './verifyMigration.js';
export type { AcceptanceCheck } from './checks/check.js';
export { resumeMigration } from './resumeMigration.js';
export type { ResumeMigrationError, ResumeMigrationRequest } from './resumeMigration.js';
export { recoverMigration } from './recoverMigration.js';
export type { RecoverMigrationRequest } from './recoverMigration.js';
export { rollbackMigration } from './rollbackMigration.js';
export type { RollbackMigrationRequest } from './rollbackMigration.js';
