/**
 * The errors that functions of this part return, each by its name. A record of another part is in the `errors` of that part.
 *
 * @module
 */
export type { MigrationRefusal, RefusalCode } from '../host/index.js';
export type { NoMigrationPlan } from './run/readPlan.js';
