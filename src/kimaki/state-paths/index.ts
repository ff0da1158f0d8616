export { clearStatePathLeftovers } from './clearStatePathLeftovers.js';
export { databasePlace } from './databasePlace.js';
export { findStatePaths } from './findStatePaths.js';
export type { StatePathsRequest } from './findStatePaths.js';
export { rewriteStatePaths, undoStatePaths } from './rewriteStatePaths.js';
export type { RewriteStateError, StatePathChanged } from './rewriteStatePaths.js';
export type { DatabasePath, LinkPath, StatePath, StatePathPlan, TextPath } from './statePathPlan.js';
export { unrewrittenPaths } from './unrewrittenPaths.js';
