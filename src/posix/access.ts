import type { FileType } from './fileType.js';
import type { IoError } from './ioError.js';

/**
 * What somebody wants of a path: to open it for reading or for writing, to run it (`execute`, a file), to go through
 * it (`traverse`, a directory) or to make entries in it (`create`, a directory).
 */
export type AccessWant = 'read' | 'write' | 'execute' | 'traverse' | 'create';

/** The permission a component has to give; `search` is the execute bit of a directory. */
export type AccessNeed = 'search' | 'read' | 'write' | 'execute';

/** One step of the way the kernel takes, with what was asked of it and what decided. */
export interface AccessComponent {
  /** On the resolved path; text, escaped when it is not UTF-8. */
  readonly path: string;
  readonly type: FileType;
  /** Four octal digits: `0750`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** `follow` is a symbolic link on the way, which needs no permission of its own. */
  readonly needs: AccessNeed | 'follow';
  readonly allowed: boolean;
  /** The rule that decided, for people: `other: r--`, `ACL user 33: r-x masked to r--`. */
  readonly rule: string;
}

/** The first place where the kernel says no. */
export interface AccessBlock {
  readonly path: string;
  readonly needs: AccessNeed;
  readonly reason: string;
}

/** The whole way to a path and the verdict at its end. */
export interface AccessExplanation {
  /** As asked. */
  readonly path: string;
  /** Without links, `.` and `..`. */
  readonly resolvedPath: string;
  /** The user's name. */
  readonly user: string;
  readonly want: AccessWant;
  readonly allowed: boolean;
  /** The first component that refuses, in the order of the kernel; null when allowed. */
  readonly blockedAt: AccessBlock | null;
  readonly components: readonly AccessComponent[];
  /** What could have changed the verdict and could not be seen here, one sentence each. */
  readonly notSeen: readonly string[];
}

/** The question has no answer: nothing there, no way to look, or not a thing of the kind that was asked about. */
export type AccessError =
  | { readonly code: 'RELATIVE_PATH'; readonly message: string; readonly path: string }
  | { readonly code: 'NOT_FOUND'; readonly message: string; readonly path: string; readonly missing: string }
  | { readonly code: 'SYMLINK_LOOP'; readonly message: string; readonly path: string }
  | { readonly code: 'NOT_A_DIRECTORY'; readonly message: string; readonly path: string }
  | IoError;
