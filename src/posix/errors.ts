/**
 * The errors that functions of this part return, each by its name. A record of another part is in the `errors` of that part.
 *
 * @module
 */
export type {
  ExistsDifferently,
  FileTooLarge,
  LockFileUnsafe,
  LockHeld,
  MakeDirectoryError,
  NotARegularFile,
} from './files/index.js';
export type {
  GroupExists,
  GroupNotFound,
  HomeExists,
  InvalidUserName,
  InvalidUserSpec,
  UserBusy,
  UserDiffers,
  UserNotFound,
  UserProtected,
} from './accounts/index.js';
export type { ExecutableNameError, NotADirectory } from './access/index.js';
export type { QueryIncomplete } from './search/index.js';
export type { RecordCorrupt, RecordUntrusted } from './sweeps/index.js';
export type {
  InvalidPath,
  ParentError,
  UnprotectedHardlinks,
  UnsafeLink,
  UnsafeRoot,
  UntrustedPath,
} from './handles/index.js';
export type { CopyDiffers, MountInside, NoSpace, SourceMissing, TargetExists } from './moves/index.js';
export type {
  ProgramFailed,
  ProgramNotFound,
  ProgramNotStarted,
  ProgramOutputTooLarge,
  ProgramTimeout,
} from './programs/index.js';
export type { ProcessGone } from './processes/index.js';
export type { Aborted, ChangedMeanwhile, IoError, PathNotFound, RelativePath, SymlinkLoop } from './paths/index.js';
