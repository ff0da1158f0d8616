export { checkTrustedPath, checkTrustedWay } from './checkTrustedPath.js';
export type { TrustError, UntrustedPath } from './checkTrustedPath.js';
export { mountOfPath, mountPointsBelow, readMounts } from './mountTable.js';
export type { Mount } from './mountTable.js';
export { mountsWithin } from './mountsWithin.js';
export { openRoot } from './openRoot.js';
export type { Root } from './openRoot.js';
export { O_PATH, handlePath, handlesOfThisProcess, inheritedPath, mountIdOf } from './pinned.js';
export { attemptAt, checkWay, lookAt, lstatOrNull, sameInode, withPinnedParent } from './pinnedParent.js';
export type { InvalidPath, ParentError, PinnedParent, UnsafeLink } from './pinnedParent.js';
export { PinnedTree, entryOf, handleBudget, namesIn, openAt } from './pinnedTree.js';
export { abandonedNames, removeAbandoned, temporaryName } from './temporaryName.js';
export type {
  Attributes,
  ChangeSink,
  SkipReason,
  SkippedEntry,
  SweepError,
  SweepOptions,
  SweepReport,
  TreeChange,
  TreeEntry,
  UnprotectedHardlinks,
  UnsafeRoot,
  Verdict,
} from './tree.js';
