export { awaitHealthy } from './awaitHealthy.js';
export { awaitIdle } from './awaitIdle.js';
export type { NotIdle } from './awaitIdle.js';
export { awaitState } from './awaitState.js';
export type { AwaitStateError, WantedState } from './awaitState.js';
export { defaultHoldSeconds } from './defaultHoldSeconds.js';
export type { HealthReport, HealthRequest, UnhealthyError } from './health.js';
export type { WantedIdentity } from './identityMismatch.js';
