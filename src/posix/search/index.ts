export { countOwned } from './countOwned.js';
export { estimateTree } from './estimateTree.js';
export type { TreeSize } from './estimateTree.js';
export { findPredicate } from './ownershipPredicate.js';
export type { OwnershipPredicate } from './ownershipPredicate.js';
export { queryOwnership } from './queryOwnership.js';
export type { OwnedEntry, OwnershipAnswer } from './queryOwnership.js';
export type { OwnershipError, OwnershipOptions, QueryIncomplete } from './searchRoot.js';
export { streamFind } from './streamFind.js';
