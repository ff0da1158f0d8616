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
  RemoveUserError,
  ServiceUserError,
  ServiceUserSpec,
  User,
} from './accounts/index.js';

export { explainAccess, explainExecution, probeAccess, probeExecution, resolveExecutable } from './access/index.js';
export type { AccessError, AccessExplanation, AccessWant, ExecutionExplanation } from './access/index.js';

export { countOwned, queryOwnership } from './search/index.js';
export type { OwnedEntry, OwnershipAnswer, OwnershipError, OwnershipPredicate } from './search/index.js';

export { openChangeRecord, openToGroup, readChangeRecord, reclaim, undoChanges } from './sweeps/index.js';
export type { ChangeRecord, ChangeRecordError } from './sweeps/index.js';
export type { SweepError, SweepReport, TreeChange } from './handles/index.js';

export { readRegularFile, removeFile, replaceFile, withHostLock } from './files/index.js';
export type { LockError, ReadFileError, RegularFile, RemoveFileError, ReplaceFileError } from './files/index.js';

export { moveTree } from './moves/index.js';
export type { MoveTreeError } from './moves/index.js';

export { runChecked, runProgram } from './programs/index.js';
export type { ProgramError, ProgramResult, RunOptions } from './programs/index.js';

export { findHolders, listProcesses, readProcess } from './processes/index.js';
export type { ProcessStatus } from './processes/index.js';

export { checkTrustedPath } from './handles/index.js';
export type { TrustError } from './handles/index.js';

export type { Finding, Remedy } from './findings/index.js';

export type * as errors from './errors.js';
