import type { ResultAsync } from 'neverthrow';
import type { Aborted, FileType, IoError, PathNotFound, RelativePath, TreeProgress } from '../paths/index.js';
import type { ProgramError } from '../programs/index.js';

/** One inode below the root of a sweep, as fstat(2) of its handle says. @inline */
export interface TreeEntry {
  /** Relative to the root, bytes; empty for the root itself. */
  readonly path: Buffer;
  readonly type: FileType;
  /** The low twelve bits: permissions, sticky, setgid, setuid. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly dev: bigint;
  readonly ino: bigint;
  /** Bytes. */
  readonly size: number;
  /** Last change of content, milliseconds since 1970, whole. */
  readonly mtimeMs: number;
  /** Last change of content, attributes or name, likewise. */
  readonly ctimeMs: number;
}

/**
 * Why an entry was left as it is: `hard-link` (it has another name, perhaps outside), `device`, `setuid` (or setgid,
 * files only), `immutable` (chattr +i or +a), `private` (the reader could not read it before), `mount-point` (another
 * mount begins here), `changed-meanwhile` (somebody is changing it), `secret` and `foreign-owner` (as the caller
 * decided), `denied` (the kernel or the filesystem refuses), `acl` (its ACL has named entries that a wider mode would give
 * more, or gives the group less than the mode says), `unjudged` (whether the reader could read it is not known: its
 * ACL, or that of a directory above it, could not be read).
 *
 * @inline
 */
export type SkipReason =
  | 'hard-link'
  | 'device'
  | 'setuid'
  | 'immutable'
  | 'private'
  | 'mount-point'
  | 'changed-meanwhile'
  | 'secret'
  | 'foreign-owner'
  | 'denied'
  | 'acl'
  | 'unjudged';

/** What to do with an entry. What `change` leaves out stays as it is; `descend` says whether to look below. */
export type Verdict =
  | { readonly kind: 'keep' }
  | { readonly kind: 'change'; readonly uid?: number; readonly gid?: number; readonly mode?: number }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly descend: boolean };

/** Owner, group and the low twelve mode bits. @inline */
export interface Attributes {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** One change of one inode, with all that is needed to find it again and put it back. */
export interface TreeChange {
  /** Relative to the root, bytes; empty for the root itself. */
  readonly path: Buffer;
  readonly type: FileType;
  /** st_dev, decimal. */
  readonly dev: string;
  /** st_ino, decimal. */
  readonly ino: string;
  readonly before: Attributes;
  readonly after: Attributes;
}

/** Takes note of changes before they are made. */
export interface ChangeSink {
  /** When this resolves to Ok the batch is on disk; only then is it acted on. An Err ends the sweep. */
  append(batch: readonly TreeChange[]): ResultAsync<void, IoError>;
}

/** An entry that was not changed although it was meant to be, or that was not looked into. @inline */
export interface SkippedEntry {
  /** Absolute; escaped for people. */
  readonly path: string;
  /** The bytes of the path, when `path` had to be escaped. */
  readonly pathBase64?: string;
  readonly reason: SkipReason;
}

/** What a sweep did. */
export interface SweepReport {
  /** Entries judged, in the pass that judged the most. */
  readonly examined: number;
  /** Changes made, over all passes. */
  readonly changed: number;
  /** Changes a dry run would have made; 0 in a real one. */
  readonly wouldChange: number;
  /** What the last pass left, each with its reason. */
  readonly skipped: readonly SkippedEntry[];
  /** True only when a last pass found nothing more to do and nothing was skipped. */
  readonly complete: boolean;
  /** What could have kept entries from being changed and could not be looked at in some pass, one sentence each. */
  readonly notSeen: readonly string[];
}

/** The way to the root leads through a link that a user other than root could have put there. */
export interface UnsafeRoot {
  readonly code: 'UNSAFE_ROOT';
  readonly message: string;
  readonly path: string;
  readonly link: string;
}

/** `fs.protected_hardlinks` is off. */
export interface UnprotectedHardlinks {
  readonly code: 'UNPROTECTED_HARDLINKS';
  readonly message: string;
}

/** Nothing was swept, or the sweep had to stop; what was done until then is in the sink. */
export type SweepError =
  RelativePath | PathNotFound | UnsafeRoot | UnprotectedHardlinks | Aborted | IoError | ProgramError;

/** How far a sweep has come. @inline */
export interface SweepProgress extends TreeProgress {
  /** Entries judged in the present pass. */
  readonly entries: number;
  /** 1 for the first pass over the tree. */
  readonly pass: number;
  /** Changes made so far, over all passes. */
  readonly changed: number;
}

/** What all sweeps have in common. @inline */
export interface SweepOptions {
  /** Told of every change before it is made; without it there is no undo. */
  readonly sink?: ChangeSink;
  /** Paths, absolute or relative to the root, that are left alone with all below them. */
  readonly exclude?: readonly string[];
  /** Also enter what is mounted below the root. Default: listed as `mount-point` and left. */
  readonly crossMounts?: boolean;
  readonly signal?: AbortSignal;
  /**
   * Told at the first entry judged, then at most every 100 ms. What it throws ends the sweep and is thrown to the
   * caller; what was changed until then is in the sink.
   */
  readonly onProgress?: (progress: SweepProgress) => void;
  /** Judge everything, change nothing. */
  readonly dryRun?: boolean;
  /** Go on where `fs.protected_hardlinks` is off. Default: refuse. */
  readonly unprotectedHardlinks?: 'refuse' | 'allow';
}
