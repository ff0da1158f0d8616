import { CLOCK_TICK_MS } from '../access/index.js';
import type { Root, SkipReason, SweepError } from '../handles/index.js';
import { aborted, ioError, shownPath } from '../paths/index.js';
import type { Aborted } from '../paths/index.js';

/** What one pass over the tree came to. Paths are relative byte strings. */
export interface Pass {
  examined: number;
  changed: number;
  wouldChange: number;
  readonly skipped: Map<string, SkipReason>;
  /** Directories among the changed. */
  readonly changedDirectories: Set<string>;
  /** Directories whose ACL closes them to the reader, or is not known. */
  readonly closed: Map<string, 'private' | 'unjudged'>;
  /** Milliseconds since 1970: an entry whose name or attributes changed later was moved under this pass. */
  readonly since: number;
  /** What could have kept entries from being changed and could not be looked at. */
  readonly notSeen: Set<string>;
  /** Something moved away under the pass, so that it may have been missed. */
  missed: boolean;
}

export function newPass(): Pass {
  return {
    examined: 0,
    changed: 0,
    wouldChange: 0,
    skipped: new Map(),
    changedDirectories: new Set(),
    closed: new Map(),
    notSeen: new Set(),
    since: Date.now() - CLOCK_TICK_MS,
    missed: false,
  };
}

/** Turns what a pass threw into the error of the sweep. */
export function sweepFailure(cause: unknown, root: Root): SweepError {
  return ioError(cause, 'open', `${shownPath(root.path)} or something below it`);
}

/** The caller's signal ended it between two batches. */
export function sweepAborted(): Aborted {
  return aborted('the sweep was stopped on request; the changes made until then are in the record');
}

/** Why a sweep does not even begin where hard links are not protected. */
export function unprotected(): SweepError {
  const message =
    'fs.protected_hardlinks is not 1: any user can make a hard link to a file of root in the tree, and the sweep would change its owner; ' +
    'set it (sysctl fs.protected_hardlinks=1), or allow unprotected hard links if no other user is active';
  return { code: 'UNPROTECTED_HARDLINKS', message };
}
