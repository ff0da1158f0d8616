import { ResultAsync } from 'neverthrow';
import { runPasses } from './runPasses.js';
import type { SweepError, SweepOptions, SweepReport, TreeEntry, Verdict } from '../handles/index.js';
import { walkWhole } from './walkWhole.js';

/**
 * Walks a tree that others may be changing and changes owner, group and mode of what `decide` picks: exactly the
 * inodes that were judged, never through a link, never outside the root.
 *
 * Every entry is pinned (`O_PATH | O_NOFOLLOW` from the handle of its directory), judged by fstat(2) of the handle and
 * changed through the same handle, after `sink` has the change on disk. `decide` must be pure: it is asked again when
 * a directory is entered and in every pass, and passes go on until one finds nothing more to do, at most five times.
 *
 * Whatever `decide` says: files with several names, devices and setuid or setgid files are never changed, and mounts
 * below the root are not entered (unless `crossMounts`); they are listed. A symbolic link above the root that
 * somebody other than root could have put there is refused (`UNSAFE_ROOT`).
 *
 * It does not promise that everything was caught: what moves under the walk, or is still being written, makes the
 * report incomplete. chown(2) drops file capabilities, and changing the group bits of a file with an ACL changes its
 * mask. A hard link made to an inode after it was judged cannot be noticed; `fs.protected_hardlinks` must be on.
 *
 * Errors: {@link SweepError}; what was changed before one is in the sink. Source: open(2) on O_PATH, proc(5);
 * systemd-tmpfiles and coreutils' chown for the rules.
 *
 * @param root - absolute path of a directory, or of a single file
 *
 * @example
 * ```ts
 * import { sweepTree } from '@wca/runtime-sdk/posix';
 *
 * const swept = await sweepTree('/var/www/site/wp-content/uploads', (entry) =>
 *   entry.type === 'file' && entry.uid === 0 ? { kind: 'change', uid: 33, gid: 33 } : { kind: 'keep' },
 * );
 * if (swept.isErr()) console.error(swept.error.code, swept.error.message);
 * else console.log(swept.value.changed, swept.value.complete);
 * ```
 */
export function sweepTree(
  root: string,
  decide: (entry: TreeEntry) => Verdict,
  options: SweepOptions = {},
): ResultAsync<SweepReport, SweepError> {
  return new ResultAsync(runPasses(root, decide, options, walkWhole));
}
