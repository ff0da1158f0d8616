export { awaitHealthy, defaultWatchMs } from './awaitHealthy.js';
export { awaitIdle } from './awaitIdle.js';
export type { AwaitIdleError, NotIdle } from './awaitIdle.js';
export { awaitState } from './awaitState.js';
export type { AwaitStateError } from './awaitState.js';
export type { UnhealthyError, UnitUnhealthy } from './awaitHealthy.js';
export type { StateTimeout } from './awaitState.js';
