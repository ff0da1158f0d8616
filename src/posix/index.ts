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
  Identity,
  IdentityError,
  LookupOptions,
  RemoveUserError,
  ServiceUserError,
  ServiceUserSpec,
  ServiceUserState,
  User,
  UserRemoval,
} from './accounts/index.js';

export { explainAccess, explainExecution, probeAccess, probeExecution, resolveExecutable } from './access/index.js';
export type {
  AccessBlock,
  AccessComponent,
  AccessError,
  AccessExplanation,
  AccessNeed,
  AccessRemedy,
  AccessRule,
  AccessWant,
  ExecutableCandidate,
  ExecutableResolution,
  ExecutionComponent,
  ExecutionExplanation,
  ExecutionOptions,
  ExecutionProbe,
  ProbeOptions,
} from './access/index.js';

export { countOwned, queryOwnership } from './search/index.js';
export type {
  OwnedEntry,
  OwnershipAnswer,
  OwnershipError,
  OwnershipOptions,
  OwnershipPredicate,
} from './search/index.js';

export { openChangeRecord, openToGroup, readChangeRecord, reclaim, undoChanges } from './sweeps/index.js';
export type {
  ChangeRecord,
  ChangeRecordError,
  OpenToGroupRequest,
  ReclaimRequest,
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
} from './handles/index.js';

export { readRegularFile, removeFile, replaceFile } from './files/index.js';
export type {
  ReadFileError,
  ReadFileOptions,
  RegularFile,
  RemoveFileError,
  ReplaceFileError,
  ReplaceFileOptions,
} from './files/index.js';

export { moveTree } from './moves/index.js';
export type { CopyOptions, MoveProgress, MoveTreeError, TreeMove } from './moves/index.js';

export { runChecked, runProgram } from './programs/index.js';
export type { ProgramError, ProgramResult, RunOptions } from './programs/index.js';

export { findHolders, listProcesses, readProcess, withHostLock } from './processes/index.js';
export type { Holder, LockError, ProcessStatus } from './processes/index.js';

export { checkTrustedPath, mountsWithin } from './handles/index.js';
export type { MountWithin, TrustError } from './handles/index.js';

export type { FileType, TreeProgress } from './paths/index.js';
export type {
  CallRemedy,
  CommandRemedy,
  Finding,
  OptionRemedy,
  RecipeRemedy,
  Remedy,
  Severity,
} from './findings/index.js';

export type * as errors from './errors.js';
