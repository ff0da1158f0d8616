export { clearStatePathLeftovers } from './clearStatePathLeftovers.js';
export { findStatePaths } from './findStatePaths.js';
export { refuseUnwritable, rewriteStatePaths, undoStatePaths } from './rewriteStatePaths.js';
export { databasePlace } from './statePathPlan.js';
export type { StatePath, StatePathPlan } from './statePathPlan.js';
export { unrewrittenPaths } from './unrewrittenPaths.js';
