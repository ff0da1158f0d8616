export type { CopyDiffers } from './copyAcross.js';
export { moveLeftovers } from './moveLeftovers.js';
export { contentDigest } from './treeDigest.js';
export { moveTree } from './moveTree.js';
export type { MountInside, MoveTreeError, SourceMissing, TargetExists } from './moveTree.js';
export { checkMoveSpace, estimateMove } from './estimateMove.js';
export type { NoSpace } from './estimateMove.js';
