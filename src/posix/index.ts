/**
 * Who may reach what, who owns what, and safe ways to change it.
 *
 * @packageDocumentation
 */

export { checkServiceUser, createServiceUser, lookupGroup, lookupIdentity, lookupUser } from './accounts/index.js';
export { removeServiceUser, runAs } from './accounts/index.js';
export type {
  CreateUserError,
  Group,
  GroupExists,
  GroupNotFound,
  HomeExists,
  Identity,
  IdentityError,
  InvalidUserName,
  InvalidUserSpec,
  LookupOptions,
  RemoveUserError,
  ServiceUserError,
  ServiceUserSpec,
  ServiceUserState,
  User,
  UserBusy,
  UserDiffers,
  UserNotFound,
  UserProtected,
  UserRemoval,
} from './accounts/index.js';

export { explainAccess, explainExecution, probeAccess, probeExecution, resolveExecutable } from './access/index.js';
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
  ExecutableCandidate,
  ExecutableNameError,
  ExecutableResolution,
  ExecutionComponent,
  ExecutionExplanation,
  ExecutionOptions,
  ExecutionProbe,
  NotADirectory,
  ProbeOptions,
} from './access/index.js';

export { countOwned, queryOwnership } from './search/index.js';
export type {
  OwnedEntry,
  OwnershipAnswer,
  OwnershipError,
  OwnershipOptions,
  OwnershipPredicate,
  QueryIncomplete,
  TreeSize,
} from './search/index.js';

export { openChangeRecord, openToGroup, readChangeRecord, reclaim, undoChanges } from './sweeps/index.js';
export type {
  ChangeRecord,
  ChangeRecordError,
  OpenToGroupRequest,
  ReclaimRequest,
  RecordCorrupt,
  RecordUntrusted,
  UndoReport,
} from './sweeps/index.js';
export type {
  Attributes,
  ChangeSink,
  SkippedEntry,
  SkipReason,
  SweepError,
  SweepOptions,
  SweepProgress,
  SweepReport,
  TreeChange,
  TreeEntry,
  UnprotectedHardlinks,
  UnsafeRoot,
} from './handles/index.js';

export { readRegularFile, removeFile, replaceFile } from './files/index.js';
export type {
  ExistsDifferently,
  FileTooLarge,
  MakeDirectoryError,
  NotARegularFile,
  ReadFileError,
  ReadFileOptions,
  RegularFile,
  RemoveFileError,
  ReplaceFileError,
  ReplaceFileOptions,
} from './files/index.js';

export { estimateMove, moveTree } from './moves/index.js';
export type {
  CopyDiffers,
  CopyOptions,
  MeasureOptions,
  MountInside,
  MoveEstimate,
  MoveProgress,
  MoveTreeError,
  NoSpace,
  SourceMissing,
  TargetExists,
  TreeMove,
} from './moves/index.js';

export { runChecked, runProgram } from './programs/index.js';
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

export { findHolders, listProcesses, readProcess, withHostLock } from './processes/index.js';
export type { Holder, LockError, LockFileUnsafe, LockHeld, ProcessGone, ProcessStatus } from './processes/index.js';

export { checkTrustedPath, mountsWithin } from './handles/index.js';
export type { InvalidPath, MountWithin, TrustError, UntrustedPath } from './handles/index.js';

export type {
  Aborted,
  ChangedMeanwhile,
  FileType,
  IoError,
  PathNotFound,
  RelativePath,
  SymlinkLoop,
  TreeProgress,
} from './paths/index.js';
export type {
  CallRemedy,
  CommandRemedy,
  Finding,
  OptionRemedy,
  RecipeRemedy,
  Remedy,
  Severity,
} from './findings/index.js';
