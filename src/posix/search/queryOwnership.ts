import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { fileTypeOf, guarded, progressReporter } from '../paths/index.js';
import type { FileType } from '../paths/index.js';
import { matchesPredicate } from './ownershipPredicate.js';
import type { OwnershipPredicate } from './ownershipPredicate.js';
import { searchMatching } from './searchMatching.js';
import { incomplete, withSearchRoot } from './searchRoot.js';
import type { OwnershipError, OwnershipOptions } from './searchRoot.js';

/** One entry that matches. */
export interface OwnedEntry {
  /** Absolute, bytes. */
  readonly path: Buffer;
  readonly uid: number;
  readonly gid: number;
  /** The low twelve bits. */
  readonly mode: number;
  readonly type: FileType;
}

/** How many matched, and which mount points (absolute) were passed over. */
export interface OwnershipAnswer {
  readonly matched: number;
  readonly mountsSkipped: readonly string[];
}

const TYPES: Readonly<Partial<Record<string, FileType>>> = {
  f: 'file',
  d: 'directory',
  l: 'symlink',
  p: 'fifo',
  s: 'socket',
  b: 'block',
  c: 'char',
};

/**
 * Streams every entry at or below `root` that the predicate matches to `onEntry`, in no promised order.
 *
 * `find` looks, several at once over a large tree, with the predicate pushed into it, so time and memory are find's:
 * flat in the size of the tree. A root that is a symbolic link is followed; links below are entries of their own. Mounts below the root are passed
 * over and named, by mount rather than by device number, so bind mounts of the same filesystem too.
 *
 * What a user can really write is the kernel's answer about that user (access(2)), so ACLs, groups, read-only mounts
 * and closed directories above count. A directory is writable when entries can be made in it; a symbolic link is
 * neither writable nor not. Only root can ask for somebody else (`PROGRAM_NOT_STARTED` with `EPERM` otherwise).
 *
 * It is a reading, not a judgement to act on: others may change the tree meanwhile, and entries that move may be
 * missed. `reclaim` judges each again. What `onEntry` or `onProgress` throws ends the search and
 * is thrown to the caller.
 *
 * Errors: `RELATIVE_PATH`, `NOT_FOUND`, `IO`, `QUERY_INCOMPLETE` (find could not read something; what it could was
 * handed on), and the `ProgramError` of find (`ABORTED` when the signal stopped it).
 *
 * @param root - absolute path of a directory or of anything else
 *
 * @example
 * ```ts
 * import { queryOwnership } from '@wca/runtime-sdk/posix';
 *
 * const answer = await queryOwnership('/var/www/site/wp-content', { by: 0 }, {
 *   onEntry: (entry) => console.log(entry.type, entry.path.toString()),
 * });
 * if (answer.isErr()) console.error(answer.error.code, answer.error.message);
 * else console.log(answer.value.matched, 'passed over:', answer.value.mountsSkipped);
 * ```
 */
export function queryOwnership(
  root: string,
  predicate: OwnershipPredicate,
  options: OwnershipOptions & { readonly onEntry: (entry: OwnedEntry) => void },
): ResultAsync<OwnershipAnswer, OwnershipError> {
  return new ResultAsync(query(root, predicate, options, guarded(options.onEntry)));
}

/** {@link queryOwnership}, or only its count when `onEntry` is null. */
export async function query(
  path: string,
  predicate: OwnershipPredicate,
  options: OwnershipOptions,
  onEntry: ((entry: OwnedEntry) => void) | null,
): Promise<Result<OwnershipAnswer, OwnershipError>> {
  return withSearchRoot(path, options, async ({ stat, absolute, base, mountPoints }) => {
    if (!stat.isDirectory()) {
      const matched = await matchesPredicate(stat, path, predicate);
      if (matched.isErr()) return err(matched.error);
      const { uid, gid, mode } = stat;
      if (matched.value) onEntry?.({ path: absolute(''), uid, gid, mode: mode & 0o7777, type: fileTypeOf(mode) });
      return ok({ matched: matched.value ? 1 : 0, mountsSkipped: [] });
    }
    let matched = 0;
    const report = progressReporter(options.onProgress);
    const search = { ...base, print: onEntry === null ? '\\0' : '%U %G %m %y %p\\0' };
    const found = await searchMatching(search, path, predicate, (records) => {
      matched += records.length;
      if (onEntry !== null) for (const record of records) onEntry(parseRecord(record, absolute));
      report(() => ({ entries: matched }));
    });
    if (found.isErr()) return err(found.error);
    const unread = incomplete(path, found.value.complaints);
    return unread === null ? ok({ matched, mountsSkipped: mountPoints }) : err(unread);
  });
}

function parseRecord(record: string, absolute: (relative: string) => Buffer): OwnedEntry {
  const [uid = '', gid = '', mode = '', letter = ''] = record.split(' ', 4);
  const path = record.slice(uid.length + gid.length + mode.length + letter.length + 4);
  const type = TYPES[letter] ?? 'char';
  return { path: absolute(path), uid: Number(uid), gid: Number(gid), mode: parseInt(mode, 8), type };
}
