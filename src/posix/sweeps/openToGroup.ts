import { ResultAsync } from 'neverthrow';
import { shownPath } from '../paths/index.js';
import type { Identity } from '../accounts/index.js';
import { readableBy } from '../access/index.js';
import type { SweepError, SweepOptions, SweepReport, TreeEntry, Verdict } from '../handles/index.js';
import { walkAll } from './walkAll.js';
import { changeUntilSettled } from './changeTree.js';

/** Which tree becomes writable to whom. @inline */
export interface OpenToGroupRequest extends SweepOptions {
  /** The group that is to write everywhere. */
  readonly gid: number;
  /** Only entries of these uids are opened; others are listed as `foreign-owner`. */
  readonly owners: readonly number[];
  /** Besides what is not open to everyone, also what this one could not read is `private`. */
  readonly reader?: Identity;
  /** True for what must not be widened: it is listed as `secret`, a directory with all below it. */
  readonly keepSecrets: (name: Buffer, entry: TreeEntry) => boolean;
  /** Entries whose path relative to the root matches get the group but keep their mode. */
  readonly keepModes?: readonly RegExp[];
}

/**
 * Makes a tree writable to a group, for what is in it and, by setgid directories, for what comes: directories get the
 * group and `2070`, files the group and `0060`, whatever else their mode says.
 *
 * Left and listed: entries of other owners, what `keepSecrets` names, files that not everyone may read (`private`: a
 * 0600 dump must not be opened to a group), and directories that not everyone, or the given reader, may list and
 * enter. The group bits of an entry with an ACL are its mask: where named entries would gain by them, or the entry of the
 * group is narrower, they stay as they are and the entry is listed as `acl` (setfacl(1) can give the group what it needs).
 * Links, FIFOs and sockets are left without a word, and so is what is already open. See `changeTree` for what is
 * never changed and for what is not promised. Running it again changes nothing.
 *
 * Errors: {@link SweepError}; what was changed before one is in the sink.
 *
 * @param root - absolute path of a directory, or of a single file
 *
 * @example
 * ```ts
 * import { openToGroup } from '@wca/runtime-sdk/posix';
 *
 * const opened = await openToGroup('/var/www/site/wp-content/plugins', {
 *   gid: 33,
 *   owners: [33, 1000],
 *   keepSecrets: (name) => name.toString() === '.env',
 * });
 * if (opened.isErr()) console.error(opened.error.code, opened.error.message);
 * else console.log(opened.value.changed, opened.value.skipped);
 * ```
 */
export function openToGroup(root: string, request: OpenToGroupRequest): ResultAsync<SweepReport, SweepError> {
  const options = { ...request, judgeAcl: mayBeOpened(request) };
  return new ResultAsync(changeUntilSettled(root, openVerdict(request), options, walkAll));
}

/** Whether an inode is open already: to everyone, or a directory to the reader; never what the reader could not read. */
function mayBeOpened({ reader }: OpenToGroupRequest): (inode: Openable) => boolean {
  const readable = reader === undefined ? null : readableBy(reader);
  const everyone = readableBy('everyone');
  return (inode) => {
    const open = inode.type === 'directory' && readable !== null ? readable(inode) : everyone(inode);
    return open && readable?.(inode) !== false;
  };
}

type Openable = Parameters<ReturnType<typeof readableBy>>[0];

/** What opening does with an entry; pure. */
export function openVerdict(request: OpenToGroupRequest): (entry: TreeEntry) => Verdict {
  const { gid, owners, keepSecrets, keepModes = [] } = request;
  const isOpen = mayBeOpened(request);
  return (entry) => {
    const isDirectory = entry.type === 'directory';
    if (!isDirectory && entry.type !== 'file') return { kind: 'keep' };
    const path = entry.path.toString('latin1');
    const name = entry.path.subarray(path.lastIndexOf('/') + 1);
    if (keepSecrets(name, entry)) return { kind: 'skip', reason: 'secret', descend: false };

    const keepsMode = keepModes.some((pattern) => shownPath(path).search(pattern) !== -1);
    const mode = keepsMode ? entry.mode : entry.mode | (isDirectory ? 0o2070 : 0o060);
    if (entry.gid === gid && entry.mode === mode) return { kind: 'keep' };
    if (!owners.includes(entry.uid)) return { kind: 'skip', reason: 'foreign-owner', descend: true };
    if (!isOpen(entry)) return { kind: 'skip', reason: 'private', descend: false };
    return { kind: 'change', gid, mode };
  };
}
