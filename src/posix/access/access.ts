import type { Aborted, FileType, IoError, PathNotFound, RelativePath, SymlinkLoop } from '../paths/index.js';

/**
 * What somebody wants of a path: to open it for reading or for writing, to run it (`execute`, a file), to go through
 * it (`traverse`, a directory) or to make entries in it (`create`, a directory).
 */
export type AccessWant = 'read' | 'write' | 'execute' | 'traverse' | 'create';

/** The permission a component has to give; `search` is the execute bit of a directory. @inline */
export type AccessNeed = 'search' | 'read' | 'write' | 'execute';

/**
 * What decided about a component: the class of the mode (`owner`, `group`, `other`), an entry of the ACL, root's
 * `capability`, or what refuses whatever the permissions say. `link` is a link that may be followed.
 *
 * @inline
 */
export type AccessRule =
  | 'owner'
  | 'group'
  | 'other'
  | 'acl-user'
  | 'acl-group'
  | 'acl-other'
  | 'capability'
  | 'no-execute-bit'
  | 'not-a-file'
  | 'read-only-mount'
  | 'noexec-mount'
  | 'immutable'
  | 'protected-symlinks'
  | 'link';

/** The entry of an ACL that decided, and the mask it went through: `user:33:rwx` and `r--`. @inline */
export interface AclDecision {
  readonly entry: string;
  /** Null where the mask has no say (`other`). */
  readonly mask: string | null;
}

/** The mount a component lies in, and those of its flags that can refuse. @inline */
export interface AccessMount {
  /** Text, escaped when it is not UTF-8. */
  readonly point: string;
  readonly type: string;
  readonly readOnly: boolean;
  readonly noExec: boolean;
}

/** One step of the way the kernel takes, with what was asked of it and what decided. @inline */
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
  /** The same, for programs. */
  readonly decidedBy: AccessRule;
  /** Null when no ACL decided. */
  readonly acl: AclDecision | null;
  /** Null when the mounts could not be read. */
  readonly mount: AccessMount | null;
}

/** One way to lift a refusal, and the price. Nothing here is done by anyone but the reader. @inline */
export interface AccessRemedy {
  readonly action:
    'grant-acl' | 'change-mode' | 'join-group' | 'remount' | 'make-mutable' | 'change-link-owner' | 'put-elsewhere';
  /** Program and arguments; null when there is no single command for it. */
  readonly command: readonly string[] | null;
  /** What else becomes possible by it, and for whom; one sentence. */
  readonly exposes: string;
}

/** The first place where the kernel says no. @inline */
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
  /** Ways to lift `blockedAt`, the narrowest first; what lies behind it may refuse as well. Empty when allowed. */
  readonly remedies: readonly AccessRemedy[];
  /** What could have changed the verdict and could not be seen here, one sentence each. */
  readonly notSeen: readonly string[];
}

/** Something on the way, or what is asked about, is not a directory. */
export interface NotADirectory {
  readonly code: 'NOT_A_DIRECTORY';
  readonly message: string;
  readonly path: string;
}

/** There is no answer: nothing there, no way to look, not of the kind that was asked about, or stopped on request. */
export type AccessError =
  | RelativePath
  | (PathNotFound & {
      /** The component that does not exist. */
      readonly missing: string;
    })
  | SymlinkLoop
  | NotADirectory
  | Aborted
  | IoError;
