/**
 * Who may reach what, who owns what, and safe ways to change it.
 *
 * @packageDocumentation
 */
export { ioError } from './ioError.js';
export type { IoError } from './ioError.js';
export { printablePath } from './printablePath.js';
export { shellQuote } from './shellQuote.js';
export { shellWord } from './shellWord.js';
export { runProgram, TRUSTED_PATH } from './runProgram.js';
export type { ProgramError, ProgramResult, RunOptions } from './runProgram.js';
export { runChecked } from './runChecked.js';
export { runAs } from './runAs.js';
export type { Group, Identity, IdentityError, User } from './identity.js';
export { lookupUser } from './lookupUser.js';
export { lookupUserById } from './lookupUserById.js';
export { lookupGroup } from './lookupGroup.js';
export { lookupGroupById } from './lookupGroupById.js';
export { lookupIdentity } from './lookupIdentity.js';
export { readAccountState } from './readAccountState.js';
export type { AccountState } from './readAccountState.js';
export { privilegedGroups } from './privilegedGroups.js';
export type { PrivilegedGroup } from './privilegedGroups.js';
export { readProcess } from './readProcess.js';
export type { ProcessGone, ProcessStatus } from './readProcess.js';
export { listProcesses } from './listProcesses.js';
export { findHolders } from './findHolders.js';
export type { Holder } from './findHolders.js';
export { acquireHostLock } from './acquireHostLock.js';
export type { HostLock, LockError } from './acquireHostLock.js';
export { withHostLock } from './withHostLock.js';
export { checkTrustedPath } from './checkTrustedPath.js';
export type { TrustError } from './checkTrustedPath.js';
export { readRegularFile } from './readRegularFile.js';
export type {
  FileNotFound, NotARegularFile, ReadFileError, ReadFileOptions, RegularFile,
} from './readRegularFile.js';
export type { ChangedMeanwhile } from './changedMeanwhile.js';
export type { InvalidPath } from './pinnedParent.js';
export { replaceFile } from './replaceFile.js';
export type { ReplaceFileError, ReplaceFileOptions } from './replaceFile.js';
export { clearAbandoned } from './clearAbandoned.js';
export { removeFile } from './removeFile.js';
export type { RemoveFileError } from './removeFile.js';
export { makeDirectory } from './makeDirectory.js';
export type { DirectorySpec, MakeDirectoryError } from './makeDirectory.js';
export { moveTree } from './moveTree.js';
export type { MoveTreeError, TreeMove } from './moveTree.js';
export type { NoSpace } from './roomForCopy.js';
export type { CopyDiffers, CopyOptions } from './copyAcross.js';
export { isAtOrBelow } from './isAtOrBelow.js';
export { mountsWithin } from './mountsWithin.js';
export type { MountWithin } from './mountsWithin.js';
export { moveLeftovers } from './moveLeftovers.js';
export { checkServiceUser } from './checkServiceUser.js';
export type { ServiceUserError, ServiceUserSpec, ServiceUserState } from './checkServiceUser.js';
export { createServiceUser } from './createServiceUser.js';
export type { CreateUserError } from './createServiceUser.js';
export { removeServiceUser } from './removeServiceUser.js';
export type { RemoveUserError, UserRemoval } from './removeServiceUser.js';
export { octalMode } from './fileType.js';
export type { FileType } from './fileType.js';
export type {
  AccessBlock,
  AccessComponent,
  AccessError,
  AccessExplanation,
  AccessMount,
  AccessNeed,
  AccessRemedy,
  AccessRule,
  AccessWant,
  AclDecision,
} from './access.js';
export { explainAccess } from './explainAccess.js';
export { probeAccess } from './probeAccess.js';
export { explainExecution } from './explainExecution.js';
export type { ExecutionError, ExecutionExplanation, ExecutionOptions } from './explainExecution.js';
export type { ExecutionComponent } from './startProgram.js';
export { probeExecution } from './probeExecution.js';
export type { ExecutionProbe, ProbeOptions } from './probeExecution.js';
export { resolveExecutable } from './resolveExecutable.js';
export type { ExecutableCandidate, ExecutableNameError, ExecutableResolution } from './resolveExecutable.js';
export { queryOwnership } from './queryOwnership.js';
export type { OwnedEntry, OwnershipAnswer } from './queryOwnership.js';
export type { OwnershipError, OwnershipOptions } from './searchRoot.js';
export type { OwnershipPredicate } from './ownershipPredicate.js';
export { countOwned } from './countOwned.js';
export { estimateTree } from './estimateTree.js';
export type { TreeSize } from './estimateTree.js';
export { freeSpace } from './freeSpace.js';
export type { FreeSpace, FreeSpaceError } from './freeSpace.js';
export type {
  Attributes,
  ChangeSink,
  SkippedEntry,
  SkipReason,
  SweepError,
  SweepOptions,
  SweepReport,
  TreeChange,
  TreeEntry,
  Verdict,
} from './tree.js';
export { sweepTree } from './sweepTree.js';
export { reclaim } from './reclaim.js';
export type { ReclaimRequest } from './reclaim.js';
export { openToGroup } from './openToGroup.js';
export type { OpenToGroupRequest } from './openToGroup.js';
export { openChangeRecord } from './openChangeRecord.js';
export type { ChangeRecord } from './openChangeRecord.js';
export { readChangeRecord } from './readChangeRecord.js';
export type { ChangeRecordError } from './changeRecord.js';
export { undoChanges } from './undoChanges.js';
export type { UndoReport } from './undoChanges.js';
export { listeningPorts } from './listeningPorts.js';
