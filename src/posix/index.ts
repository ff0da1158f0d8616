/**
 * Who may reach what, who owns what, and safe ways to change it.
 *
 * @packageDocumentation
 */
export { remedy } from './findings/index.js';
export type { Finding, Remedy, Severity } from './findings/index.js';
export { ioError } from './paths/index.js';
export type { Aborted, IoError } from './paths/index.js';
export { printablePath } from './paths/index.js';
export { shellQuote } from './paths/index.js';
export { shellWord } from './paths/index.js';
export { runProgram, TRUSTED_PATH } from './programs/index.js';
export type {
  ProgramError,
  ProgramFailed,
  ProgramNotFound,
  ProgramNotStarted,
  ProgramOutputTooLarge,
  ProgramResult,
  ProgramTimeout,
  RunOptions,
} from './programs/index.js';
export { runChecked } from './programs/index.js';
export { runAs } from './accounts/index.js';
export type { Group, Identity, IdentityError, User } from './accounts/index.js';
export { lookupUser } from './accounts/index.js';
export { lookupUserById } from './accounts/index.js';
export { lookupGroup } from './accounts/index.js';
export { lookupGroupById } from './accounts/index.js';
export { lookupIdentity } from './accounts/index.js';
export { readAccountState } from './accounts/index.js';
export type { AccountState } from './accounts/index.js';
export { privilegedGroups } from './accounts/index.js';
export type { PrivilegedGroup } from './accounts/index.js';
export { readProcess } from './processes/index.js';
export type { ProcessGone, ProcessStatus } from './processes/index.js';
export { listProcesses } from './processes/index.js';
export { findHolders } from './processes/index.js';
export type { Holder } from './processes/index.js';
export { acquireHostLock } from './processes/index.js';
export type { HostLock, LockError } from './processes/index.js';
export { withHostLock } from './processes/index.js';
export { checkTrustedPath } from './handles/index.js';
export type { TrustError } from './handles/index.js';
export { readRegularFile } from './files/index.js';
export type { FileNotFound, NotARegularFile, ReadFileError, ReadFileOptions, RegularFile } from './files/index.js';
export type { ChangedMeanwhile } from './paths/index.js';
export type { InvalidPath } from './handles/index.js';
export { replaceFile } from './files/index.js';
export type { ReplaceFileError, ReplaceFileOptions } from './files/index.js';
export { clearAbandoned } from './files/index.js';
export { removeFile } from './files/index.js';
export type { RemoveFileError } from './files/index.js';
export { makeDirectory } from './files/index.js';
export type { DirectorySpec, MakeDirectoryError } from './files/index.js';
export { moveTree } from './moves/index.js';
export type { MoveTreeError, TreeMove } from './moves/index.js';
export type { NoSpace } from './moves/index.js';
export type { CopyDiffers, CopyOptions } from './moves/index.js';
export { isAtOrBelow } from './paths/index.js';
export { mountsWithin } from './handles/index.js';
export type { MountWithin } from './handles/index.js';
export { moveLeftovers } from './moves/index.js';
export { checkServiceUser } from './accounts/index.js';
export type { ServiceUserError, ServiceUserSpec, ServiceUserState } from './accounts/index.js';
export { createServiceUser } from './accounts/index.js';
export type { CreateUserError } from './accounts/index.js';
export { removeServiceUser } from './accounts/index.js';
export type { RemoveUserError, UserRemoval } from './accounts/index.js';
export { octalMode } from './paths/index.js';
export type { FileType } from './paths/index.js';
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
} from './access/index.js';
export { explainAccess } from './access/index.js';
export { probeAccess } from './access/index.js';
export { explainExecution } from './access/index.js';
export type { ExecutionError, ExecutionExplanation, ExecutionOptions } from './access/index.js';
export type { ExecutionComponent } from './access/index.js';
export { probeExecution } from './access/index.js';
export type { ExecutionProbe, ProbeOptions } from './access/index.js';
export { resolveExecutable } from './access/index.js';
export type { ExecutableCandidate, ExecutableNameError, ExecutableResolution } from './access/index.js';
export { queryOwnership } from './search/index.js';
export type { OwnedEntry, OwnershipAnswer } from './search/index.js';
export type { OwnershipError, OwnershipOptions } from './search/index.js';
export type { OwnershipPredicate } from './search/index.js';
export { countOwned } from './search/index.js';
export { estimateMove } from './moves/index.js';
export type { MoveEstimate } from './moves/index.js';
export { estimateTree } from './search/index.js';
export type { TreeSize } from './search/index.js';
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
} from './handles/index.js';
export { sweepTree } from './sweeps/index.js';
export { reclaim } from './sweeps/index.js';
export type { ReclaimRequest } from './sweeps/index.js';
export { openToGroup } from './sweeps/index.js';
export type { OpenToGroupRequest } from './sweeps/index.js';
export { openChangeRecord } from './sweeps/index.js';
export type { ChangeRecord } from './sweeps/index.js';
export { readChangeRecord } from './sweeps/index.js';
export type { ChangeRecordError } from './sweeps/index.js';
export { undoChanges } from './sweeps/index.js';
export type { UndoReport } from './sweeps/index.js';
export { listeningPorts } from './processes/index.js';
