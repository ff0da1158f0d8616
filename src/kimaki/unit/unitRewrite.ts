import type { Edit, UnitDocument, UnitEditError } from '../../systemd/document/index.js';
import type { PathMove } from './textRewrite.js';

/** A line that is to be allowed to fail (`-`), or stays root's (`+`). @inline */
export type LinePrefix = {
  /** Such as `ExecStartPre`. */
  readonly key: string;
  /** Its program, as the line names it afterwards. */
  readonly program: string;
  readonly prefix: '-' | '+';
};

/** The identity and paths that a unit has afterwards. @inline */
export interface UnitRewriteRequest {
  readonly user: string;
  /** Replaces the old user's group; a file without `Group=` gets none, since it uses the primary one. */
  readonly group: string;
  /** Default `root`. A unit that runs as another user keeps that one. */
  readonly oldUser?: string;
  /** Homes the new user cannot enter: the old account's, and HOME as the unit had it. */
  readonly oldHomes: readonly string[];
  readonly newHome: string;
  readonly oldDataDir: string;
  readonly newDataDir: string;
  /** What `ExecStart=` starts in place of the bridge's command; null for a companion, whose program stays. */
  readonly binary: string | null;
  /** Such as `0002`. */
  readonly umask: string;
  /** Plain words that the bridge of `ExecStart=` gets as further arguments, each unless it is there. */
  readonly addArgs?: readonly string[];
  /** Lines that get a prefix of systemd.service(5), each unless it has it. */
  readonly prefixes?: readonly LinePrefix[];
  /** Everything else that moves, so that paths below it follow. */
  readonly moves?: readonly PathMove[];
  /** The document is a drop-in: what it does not set is not added. */
  readonly dropIn?: boolean;
}

/** One directive or variable that changes; secrets redacted. @inline */
export interface RewrittenLine {
  readonly key: string;
  /** In the file as it is now; null for a line that is added. */
  readonly line: number | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** A line that still names an old home after the rewrite, because its meaning is not known. @inline */
export interface UnitLeftover {
  readonly key: string;
  readonly line: number;
  readonly home: string;
  /** Secrets redacted. */
  readonly text: string;
}

/** The rewrite as a plan: nothing is written. */
export interface UnitRewrite {
  /** Empty when nothing needs to change. */
  readonly edits: readonly Edit[];
  readonly document: UnitDocument;
  readonly changes: readonly RewrittenLine[];
  readonly leftovers: readonly UnitLeftover[];
}

/** The document cannot be edited safely, or a value would need quoting. */
export type UnitRewriteError =
  | UnitEditError
  | {
      readonly code: 'INVALID_REWRITE_VALUE';
      readonly message: string;
      readonly field: string;
      readonly value: string;
    };
