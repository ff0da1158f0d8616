export { clearStatePathLeftovers } from './clearStatePathLeftovers.js';
export { findStatePaths } from './findStatePaths.js';
export type { StatePathsRequest } from './findStatePaths.js';
export { rewriteStatePaths, undoStatePaths } from './rewriteStatePaths.js';
export type { RewriteStateError, StatePathChanged } from './rewriteStatePaths.js';
export { databasePlace } from './statePathPlan.js';
export type { DatabasePath, LinkPath, StatePath, StatePathPlan, TextPath } from './statePathPlan.js';
export { unrewrittenPaths } from './unrewrittenPaths.js';
