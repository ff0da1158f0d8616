/**
 * Moves a kimaki install that runs as root to an unprivileged user: plan, apply, verify, roll back.
 *
 * @packageDocumentation
 */
export type { MigrationOptions, VerificationOptions } from '../host/index.js';
export type { AcceptanceCheck } from '../proof/index.js';
export { RECIPE, planMigration } from './plan/planMigration.js';
export type { PlanMigrationError } from './plan/planMigration.js';
export { applyMigration, refreshPlan } from './run/applyMigration.js';
export type { ApplyMigrationError, MigrationReport } from './run/applyMigration.js';
export { migrationStatus } from './run/migrationStatus.js';
export { recoverMigration } from './run/recoverMigration.js';
export { resumeMigration } from './run/resumeMigration.js';
export type { ResumeMigrationError } from './run/resumeMigration.js';
export { rollbackMigration } from './run/rollbackMigration.js';
export { verifyMigration } from './run/verifyMigration.js';
export type { VerificationReport } from './run/verifyMigration.js';

export type * as errors from './errors.js';
