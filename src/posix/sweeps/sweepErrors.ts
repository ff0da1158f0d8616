import { aborted, ioError, shownPath } from '../paths/index.js';
import type { Aborted } from '../paths/index.js';
import type { Root, SweepError } from '../handles/index.js';

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
    'fs.protected_hardlinks is not 1: any user can link a file of root into the tree and have it given away; ' +
    'set it (sysctl fs.protected_hardlinks=1), or allow unprotected hard links if no other user is active';
  return { code: 'UNPROTECTED_HARDLINKS', message };
}
