import { ResultAsync } from 'neverthrow';
import type { Identity } from '../accounts/index.js';
import { findPredicate } from '../search/index.js';
import { readableBy } from '../access/index.js';
import type { SweepError, SweepOptions, SweepReport, TreeEntry, Verdict } from '../handles/index.js';
import { walkMatches } from './walkMatches.js';
import { walkAll } from './walkAll.js';
import { changeUntilSettled } from './changeTree.js';

/** What changes hands. @inline */
export interface ReclaimRequest extends SweepOptions {
  /** Only what this uid owns at the moment of the change. */
  readonly from: number;
  /** The new owner and group. */
  readonly to: { readonly uid: number; readonly gid: number };
  /** Also set the group write bit of what changes hands, as `chmod g+w` would; a function decides for each entry. */
  readonly groupWrite?: boolean | ((entry: TreeEntry) => boolean);
  /** Entries that stay on purpose although they match; not listed as skipped. What is below one is still judged. */
  readonly keep?: (entry: TreeEntry) => boolean;
  /**
   * The user who must not gain access: a file that this one could not read before, and all below a directory that it
   * could not list and enter, keeps its owner and is listed as `private`. Judged by mode bits, owner and groups, and what would change hands by its ACL
   * too. Not seen: a directory above it that the ACL alone closes.
   */
  readonly reader?: Identity;
  /** Default true: `find` proposes what to judge. False: all is judged, and every private directory is listed. */
  readonly proposeWithFind?: boolean;
}

/**
 * Changes the owner of what one user owns in a tree, while a less trusted user may be changing that tree: exactly the
 * inodes that were judged, nothing outside, nothing through a link.
 *
 * `find` proposes, each proposal is reached from the root by handles and judged again there; see `changeTree` for what
 * is never changed and for what is not promised. Links themselves change hands, their targets do not. Running it
 * again changes nothing.
 *
 * Errors: {@link SweepError}; what was changed before one is in the sink.
 *
 * @param root - absolute path of a directory, or of a single file
 *
 * @example
 * ```ts
 * import { lookupIdentity, reclaim } from '@wca/runtime-sdk/posix';
 *
 * const owner = await lookupIdentity('www-data');
 * if (owner.isErr()) throw new Error(owner.error.message);
 * const { user, group } = owner.value;
 * const request = { from: 0, to: { uid: user.uid, gid: group.gid }, reader: owner.value };
 * const done = await reclaim('/var/www/site/wp-content', request);
 * if (done.isErr()) console.error(done.error.code, done.error.message);
 * else console.log(done.value.changed, done.value.complete, done.value.skipped);
 * ```
 */
export function reclaim(root: string, request: ReclaimRequest): ResultAsync<SweepReport, SweepError> {
  const walk = request.proposeWithFind === false ? walkAll : walkMatches(findPredicate({ by: request.from }));
  const { reader } = request;
  const options = reader === undefined ? request : { ...request, judgeAcl: readableBy(reader) };
  return new ResultAsync(changeUntilSettled(root, reclaimVerdict(request), options, walk));
}

/** What a reclaim does with an entry; pure. */
export function reclaimVerdict(request: ReclaimRequest): (entry: TreeEntry) => Verdict {
  const { from, to, groupWrite, keep, reader } = request;
  const widens = typeof groupWrite === 'function' ? groupWrite : (): boolean => groupWrite === true;
  const readable = reader === undefined ? (): boolean => true : readableBy(reader);
  return (entry) => {
    // A directory that the reader may not enter is skipped with all below it, whatever its owner.
    if (entry.type === 'directory' && !readable(entry)) return { kind: 'skip', reason: 'private', descend: false };
    if (entry.uid !== from || keep?.(entry) === true) return { kind: 'keep' };
    if (!readable(entry)) return { kind: 'skip', reason: 'private', descend: false };
    const mode = widens(entry) ? entry.mode | 0o020 : entry.mode;
    return { kind: 'change', uid: to.uid, gid: to.gid, mode };
  };
}
