import { constants } from 'node:fs';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changed, fileTypeOf, attempt } from '../paths/index.js';
import type { ChangedMeanwhile } from '../paths/index.js';
import { copyAttributes } from './copyAttributes.js';
import { lstatOrNull, removeAbandoned, sameInode, temporaryName, withPinnedParent } from '../handles/index.js';
import type { ParentError, PinnedParent } from '../handles/index.js';
import { notRegular, pinAndRead } from './readRegularFile.js';
import type { NotARegularFile, ReadFileError } from './readRegularFile.js';
import type { ProgramError } from '../programs/index.js';

/** Why a file was not replaced; the old one is untouched, unless only the sync of the directory failed (`fsync`). */
export type ReplaceFileError =
  | ChangedMeanwhile
  | NotARegularFile
  | ParentError
  | Exclude<ReadFileError, { readonly code: 'NOT_FOUND' }>
  | ProgramError;

/** What the new file shall be, beyond its content. @inline */
export interface ReplaceFileOptions<V = never> {
  /** Exact permission bits, whatever the umask. Default: those of the original, or 0644. */
  readonly mode?: number;
  /** Default: that of the original, or this process's. */
  readonly uid?: number;
  /** Default: that of the original, or what the directory gives a new file. */
  readonly gid?: number;
  /**
   * Looks at the finished content before anyone can see it; its error leaves everything as it was. Where another account may
   * write to the directory, look at the bytes: that account can put another file in the place of the temporary one.
   */
  readonly validate?: (temp: string, bytes: Buffer) => ResultAsync<void, V>;
  /** The bytes that have to be there now; null: nothing may be there. Without it any content is replaced. */
  readonly expect?: Buffer | null;
  /** Inode number (decimal) of the directory that the path must still lie in; another one is `CHANGED_MEANWHILE`. */
  readonly within?: string | undefined;
}

/**
 * Replaces a file whole or not at all: a reader finds the old bytes or the new ones, at any instant and after a crash, with owner, mode, ACL and extended attributes of the original (or those given).
 *
 * The content is written to an exclusive file beside it (mode 0600 until it is complete, hidden, with a name no
 * `*.php`, `*.conf` or sudoers directory picks up), validated, synced, renamed, and the directory synced (rename(2),
 * fsync(2)). The directory is held open from the first look to the last, so exchanging a directory above cannot
 * redirect the write. What a killed call left beside the file is removed by the next one.
 *
 * A link at the path is refused, not followed, and so is one above that another account could have put there. Where nothing was, nothing that appears meanwhile is overwritten; where
 * a file was, one that changes meanwhile is kept and the answer is `CHANGED_MEANWHILE`, except in the instant of the
 * rename itself. It does not keep timestamps, hard links (another name keeps the old bytes) or SELinux labels other
 * than the directory's default, and does not protect from someone who may write to the directory, who could replace
 * the file anyway.
 *
 * Errors: {@link ReplaceFileError}, or what `validate` gives.
 *
 * @param content - text is written as UTF-8
 *
 * @example
 * ```ts
 * import { replaceFile, runChecked } from '@wca/runtime-sdk/posix';
 *
 * const replaced = await replaceFile('/etc/sudoers.d/backup', 'backup ALL=(root) NOPASSWD: /usr/bin/rsync\n', {
 *   mode: 0o440,
 *   uid: 0,
 *   gid: 0,
 *   validate: (temp) => runChecked('visudo', ['-cf', temp]).map(() => undefined),
 * });
 * if (replaced.isErr()) console.error(replaced.error.code, replaced.error.message);
 * else console.log(replaced.value.created ? 'new' : 'replaced');
 * ```
 */
export function replaceFile<V = never>(
  path: string,
  content: string | Buffer,
  options: ReplaceFileOptions<V> = {},
): ResultAsync<{ readonly created: boolean }, ReplaceFileError | V> {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return new ResultAsync(
    withPinnedParent<{ readonly created: boolean }, ReplaceFileError | V>(
      path,
      (parent) => replace(parent, path, bytes, options),
      { within: options.within },
    ),
  );
}

async function replace<V>(
  parent: PinnedParent,
  path: string,
  bytes: Buffer,
  options: ReplaceFileOptions<V>,
): Promise<Result<{ readonly created: boolean }, ReplaceFileError | V>> {
  // Before the look: what was left over may be a second name of the file, and its removal moves the file's ctime.
  const cleaned = await removeAbandoned(parent);
  if (cleaned.isErr()) return err(cleaned.error);
  const looked = await lookAtOriginal(parent, path, options.expect);
  if (looked.isErr()) return err(looked.error);
  const original = looked.value;

  const name = temporaryName(parent.name);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  const shown = `${parent.path}/${name}`;
  const opened = await attempt(() => open(parent.at(name), flags, 0o600), 'open', shown);
  if (opened.isErr()) return err(opened.error);
  const temp = opened.value;
  let placed = false;
  try {
    const made = await make(temp, parent, path, shown, bytes, original, options);
    if (made.isErr()) return err(made.error);
    const named = await place(temp, name, parent, path, original);
    placed = named.isOk();
    return named.map(() => ({ created: original === null }));
  } finally {
    if (!placed) await unlink(parent.at(name)).catch(() => undefined);
    await temp.close();
  }
}

/** What is there now, null for nothing, after comparing it with what the caller expects. */
async function lookAtOriginal(
  parent: PinnedParent,
  path: string,
  expect: Buffer | null | undefined,
): Promise<Result<BigIntStats | null, ReplaceFileError>> {
  const looked = await lstatOrNull(parent.at(), path);
  if (looked.isErr()) return err(looked.error);
  if (looked.value === null) {
    return expect instanceof Buffer ? err(changed(path, 'it no longer exists')) : ok(null);
  }
  const found = fileTypeOf(Number(looked.value.mode));
  if (found !== 'file') return err(notRegular(path, found));
  if (expect === null) return err(changed(path, 'it exists, and was expected not to'));
  if (expect === undefined) return ok(looked.value);
  const read = await pinAndRead(parent.at(), path, { maxBytes: expect.length });
  if (read.isErr()) {
    const { code } = read.error;
    if (code === 'FILE_TOO_LARGE' || code === 'NOT_FOUND')
      return err(changed(path, 'its content differs from what was expected'));
    return err(read.error);
  }
  const same = read.value.ino === looked.value.ino && read.value.bytes.equals(expect);
  return same ? ok(looked.value) : err(changed(path, 'its content differs from what was expected'));
}

/** Fills the temporary file, has it validated, and gives it owner, mode, ACL and attributes. */
async function make<V>(
  temp: FileHandle,
  parent: PinnedParent,
  path: string,
  shown: string,
  bytes: Buffer,
  original: BigIntStats | null,
  options: ReplaceFileOptions<V>,
): Promise<Result<void, ReplaceFileError | V>> {
  const written = await attempt(() => temp.writeFile(bytes), 'write', shown);
  if (written.isErr()) return err(written.error);
  if (options.validate !== undefined) {
    const valid = await options.validate(shown, bytes);
    if (valid.isErr()) return err(valid.error);
  }
  if (original !== null) {
    const copied = await copyAttributes(temp, parent, path, original);
    if (copied.isErr()) return err(copied.error);
  }
  const { uid, gid, mode } = options;
  if (uid !== undefined || gid !== undefined) {
    // The owner first: chown(2) clears setuid and setgid. -1 leaves an id alone.
    const owned = await attempt(() => temp.chown(uid ?? -1, gid ?? -1), 'fchown', shown);
    if (owned.isErr()) return err(owned.error);
  }
  const wanted = mode ?? (original === null ? 0o644 : undefined);
  if (wanted !== undefined) {
    const set = await attempt(() => temp.chmod(wanted), 'fchmod', shown);
    if (set.isErr()) return err(set.error);
  }
  return attempt(() => temp.sync(), 'fsync', shown);
}

/** Gives the finished file its name. Where nothing was, link(2) does, since rename(2) would overwrite. */
async function place(
  temp: FileHandle,
  name: string,
  parent: PinnedParent,
  path: string,
  original: BigIntStats | null,
): Promise<Result<void, ReplaceFileError>> {
  const now = await lstatOrNull(parent.at(), path);
  if (now.isErr()) return err(now.error);
  if (original === null ? now.value !== null : now.value === null || !unchanged(original, now.value)) {
    return err(changed(path, 'another process changed it'));
  }
  if (original === null) {
    const linked = await attempt(() => link(parent.at(name), parent.at()), 'link', path);
    if (linked.isErr() && linked.error.errno === 'EEXIST') return err(changed(path, 'another process created it'));
    // No hard links on this filesystem (vfat, some FUSE): rename, as for a file that was there.
    const done = linked.isOk() ? () => unlink(parent.at(name)) : () => rename(parent.at(name), parent.at());
    const named = await attempt(done, 'rename', path);
    if (named.isErr()) return err(named.error);
  } else {
    const renamed = await attempt(() => rename(parent.at(name), parent.at()), 'rename', path);
    if (renamed.isErr()) return err(renamed.error);
  }
  const synced = await attempt(() => parent.directory.sync(), 'fsync', parent.path);
  if (synced.isErr()) return err(synced.error);
  return isInPlace(temp, parent, path);
}

/** Someone who may write to the directory could have put another file in the place of the temporary one. */
async function isInPlace(
  temp: FileHandle,
  parent: PinnedParent,
  path: string,
): Promise<Result<void, ReplaceFileError>> {
  const ours = await attempt(() => temp.stat({ bigint: true }), 'fstat', path);
  if (ours.isErr()) return err(ours.error);
  const there = await attempt(() => lstat(parent.at(), { bigint: true }), 'lstat', path);
  if (there.isErr()) return err(there.error);
  return sameInode(ours.value, there.value) ? ok(undefined) : err(changed(path, 'another process replaced it'));
}

/** ctime moves with every change of content, owner, mode or links, and no program can set it. */
function unchanged(before: BigIntStats, now: BigIntStats): boolean {
  return sameInode(before, now) && before.ctimeNs === now.ctimeNs && before.size === now.size;
}
