import { ResultAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { Identity } from '../accounts/index.js';
import { findPredicate } from '../search/index.js';
import { readableBy } from '../access/index.js';
import type { Acl, Inode } from '../access/index.js';
import { parentPath } from '../paths/index.js';
import type { SweepError, SweepOptions, SweepReport, TreeEntry, Verdict } from '../handles/index.js';
import { walkMatches } from './walkMatches.js';
import { walkAll, walkUpwards } from './walkAll.js';
import { changeUntilSettled } from './changeTree.js';
import type { Walk } from './changeTree.js';
import type { BatchOptions } from './batchedChanges.js';

/** What changes hands. @inline */
export interface ReclaimRequest extends SweepOptions {
  /** Only what this uid owns at the moment of the change. */
  readonly from: number;
  /** The new owner and group. */
  readonly to: { readonly uid: number; readonly gid: number };
  /**
   * Also set the group write bit of what changes hands, as `chmod g+w` would; a function decides for each entry. Not where
   * an ACL has named entries that this would let write.
   */
  readonly groupWrite?: boolean | ((entry: TreeEntry) => boolean);
  /** Also take the write permission of group and others from what changes hands; what `groupWrite` says comes first. */
  readonly closed?: boolean;
  /** Entries that stay on purpose although they match; not listed as skipped. What is below one is still judged. */
  readonly keep?: (entry: TreeEntry) => boolean;
  /**
   * The user who must not gain access: a file that this one could not read before, and all below a directory that it
   * could not list and enter, keeps its owner and is listed as `private`. Judged by mode bits, owner and groups, and what would change hands by its ACL
   * too. Not seen: a directory above it that the ACL alone closes.
   */
  readonly reader?: Identity;
  /**
   * Which entries the reader is asked about. Default `all`. `where-others-write` leaves out what lies in directories that
   * only the old owner can write: nobody else can have put anything there. Files then change hands before the directories
   * do, and those from below upwards, so that nobody can move in what was not there before. A directory in which the ACL
   * lets others write is `private`, with all below it.
   */
  readonly asked?: 'all' | 'where-others-write';
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
  const { reader, asked } = request;
  if (reader !== undefined && asked === 'where-others-write')
    return new ResultAsync(reclaimUpwards(root, request, reader));
  const walk = request.proposeWithFind === false ? walkAll : walkMatches(findPredicate({ by: request.from }));
  return new ResultAsync(changeUntilSettled(root, reclaimVerdict(request), withAcls(request), walk));
}

/** ACLs are read where they decide: on what the reader may read, and on whom a wider mode reaches. */
function withAcls(request: ReclaimRequest): BatchOptions {
  const { reader, groupWrite } = request;
  if (reader !== undefined) return { ...request, judgeAcl: readableBy(reader) };
  return groupWrite === undefined || groupWrite === false ? request : { ...request, judgeAcl: () => true };
}

/** Files first, then directories from below upwards: each changes hands while nobody else can write above it. */
async function reclaimUpwards(
  root: string,
  request: ReclaimRequest,
  reader: Identity,
): Promise<Result<SweepReport, SweepError>> {
  const readable = readableBy(reader);
  const judgeAcl = (inode: Inode): boolean =>
    inode.type === 'directory' ? inode.acl === null || !letsOthersWrite(inode.acl) : readable(inode);
  const sweep = (what: 'files' | 'directories', walk: Walk): Promise<Result<SweepReport, SweepError>> =>
    changeUntilSettled(root, whereOthersWrite(request, what), { ...request, judgeAcl }, walk);
  const files = await sweep('files', walkAll);
  if (files.isErr()) return files;
  const directories = await sweep('directories', walkUpwards);
  return directories.map((last) => ({
    examined: Math.max(files.value.examined, last.examined),
    changed: files.value.changed + last.changed,
    wouldChange: files.value.wouldChange + last.wouldChange,
    skipped: [...new Map([...files.value.skipped, ...last.skipped].map((entry) => [entry.path, entry])).values()],
    complete: files.value.complete && last.complete,
    notSeen: [...new Set([...files.value.notSeen, ...last.notSeen])],
  }));
}

/**
 * What a reclaim does with entries of one kind, of which the reader is asked only below directories that others can write.
 * It takes note of these as they are entered, and every directory is judged again on its handle when it is.
 */
export function whereOthersWrite(
  request: ReclaimRequest,
  what: 'files' | 'directories',
): (entry: TreeEntry) => Verdict {
  const { from } = request;
  const asking = reclaimVerdict(request);
  const plain = verdictOf(request, () => true);
  const open = new Set<string>();
  return (entry) => {
    const path = entry.path.toString('latin1');
    const isDirectory = entry.type === 'directory';
    const isClaim = path !== '' && open.has(parentPath(path));
    if (isDirectory) {
      if (isClaim || othersWrite(entry, from)) open.add(path);
      else open.delete(path);
    }
    const verdict = (isClaim ? asking : plain)(entry);
    return verdict.kind === 'change' && isDirectory !== (what === 'directories') ? { kind: 'keep' } : verdict;
  };
}

/** Whether another account than this one can write a directory. Nobody else is in the group 0. */
function othersWrite({ uid, gid, mode }: TreeEntry, owner: number): boolean {
  return uid !== owner || (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0);
}

function letsOthersWrite({ users, groups, mask }: Acl): boolean {
  return [...users, ...groups].some(({ bits }) => (bits & (mask ?? 7) & 2) !== 0);
}

/** What a reclaim does with an entry; pure. */
export function reclaimVerdict(request: ReclaimRequest): (entry: TreeEntry) => Verdict {
  const { reader } = request;
  return verdictOf(request, reader === undefined ? (): boolean => true : readableBy(reader));
}

function verdictOf(
  { from, to, groupWrite, closed, keep }: ReclaimRequest,
  readable: (entry: TreeEntry) => boolean,
): (entry: TreeEntry) => Verdict {
  const widens = typeof groupWrite === 'function' ? groupWrite : (): boolean => groupWrite === true;
  return (entry) => {
    // A directory that the reader may not enter is skipped with all below it, whatever its owner.
    if (entry.type === 'directory' && !readable(entry)) return { kind: 'skip', reason: 'private', descend: false };
    if (entry.uid !== from || keep?.(entry) === true) return { kind: 'keep' };
    if (!readable(entry)) return { kind: 'skip', reason: 'private', descend: false };
    const narrow = closed === true ? entry.mode & ~0o022 : entry.mode;
    const mode = widens(entry) ? entry.mode | 0o020 : narrow;
    return { kind: 'change', uid: to.uid, gid: to.gid, mode };
  };
}
