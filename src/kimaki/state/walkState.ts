import { lstat, readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';

/** The type of an entry; links are not followed. */
export type EntryType = 'directory' | 'file' | 'symlink' | 'other';

/** One entry below a root, the root itself left out. */
export interface WalkedEntry {
  /** Absolute, as bytes. */
  readonly path: Buffer;
  /** Components below the root, undecodable bytes replaced; for names and messages, not for opening. */
  readonly relative: readonly string[];
  readonly type: EntryType;
}

/** What to do after an entry: go on, do not go below it, or end the walk. */
export type WalkVerdict = 'go' | 'skip' | 'stop';

/**
 * Visits every entry below a directory without following links; entries that vanish meanwhile are skipped.
 *
 * The answer says whether everything was seen: false after `limit` entries or a `stop`. It reads by path, so use
 * it to report, never to decide what to change. A directory that cannot be read ends it with the error.
 */
export function walkState(
  root: string,
  limit: number,
  visit: (entry: WalkedEntry) => WalkVerdict | Promise<WalkVerdict>,
): ResultAsync<boolean, IoError> {
  return new ResultAsync(walk(root, limit, visit));
}

async function walk(
  root: string,
  limit: number,
  visit: (entry: WalkedEntry) => WalkVerdict | Promise<WalkVerdict>,
): Promise<Result<boolean, IoError>> {
  const pending: { path: Buffer; relative: readonly string[] }[] = [{ path: Buffer.from(root), relative: [] }];
  let left = limit;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const directory = next;
    const names = await ResultAsync.fromPromise(readdir(directory.path, { encoding: 'buffer' }), (cause) =>
      ioError(cause, 'readdir', directory.path),
    );
    if (names.isErr()) {
      if (gone(names.error)) continue;
      return err(names.error);
    }
    for (const name of names.value.sort((one, other) => Buffer.compare(one, other))) {
      if (left-- <= 0) return ok(false);
      const path = Buffer.concat([directory.path, Buffer.from('/'), name]);
      const type = await entryType(path);
      if (type.isErr()) return err(type.error);
      if (type.value === null) continue;
      const relative = [...directory.relative, name.toString('utf8')];
      const verdict = await visit({ path, relative, type: type.value });
      if (verdict === 'stop') return ok(false);
      if (verdict === 'go' && type.value === 'directory') pending.push({ path, relative });
    }
  }
  return ok(true);
}

/** The type of the entry at a path (links are not followed), or null when there is none. */
export function entryType(path: string | Buffer): ResultAsync<EntryType | null, IoError> {
  return ResultAsync.fromPromise(lstat(path), (cause) => ioError(cause, 'lstat', path))
    .map((found): EntryType | null => {
      if (found.isDirectory()) return 'directory';
      if (found.isFile()) return 'file';
      return found.isSymbolicLink() ? 'symlink' : 'other';
    })
    .orElse((error) => (gone(error) ? ok(null) : err(error)));
}

function gone(error: IoError): boolean {
  return error.errno === 'ENOENT' || error.errno === 'ENOTDIR';
}
