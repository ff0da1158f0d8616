export { findFpmPools } from './findFpmPools.js';
export type { FpmError, FpmPool, FpmPoolInvalid } from './findFpmPools.js';
export { fpmUmaskDropIn } from './fpmUmaskDropIn.js';
export { fpmWorkers } from './fpmWorkers.js';
export type { FpmWorker } from './fpmWorkers.js';
export { runInFpm } from './runInFpm.js';
export type { FpmAnswer } from './runInFpm.js';
