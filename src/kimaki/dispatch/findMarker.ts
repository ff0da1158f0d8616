import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, printablePath } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { walkState } from '../state/index.js';

const CHUNK = 1024 * 1024;
/** Of a larger file only the end is searched: what has just been written is there, or in its write-ahead log. */
const MAX_SEARCHED = 64 * 1024 * 1024;
const SKIPPED = new Set(['node_modules', '.git']);

/**
 * Finds the first file below these roots that was written since a moment and holds these bytes, or null.
 *
 * Files are read as bytes, databases and their write-ahead logs included: nothing is opened as a database, so a
 * live one is not disturbed. A text that is stored compressed, encrypted or split over pages is not found, so null
 * does not prove that it is not there. Links are not followed.
 *
 * @param sinceMs - milliseconds since the epoch; files older than that are passed over
 */
export function findMarker(
  roots: readonly string[],
  marker: string,
  sinceMs: number,
): ResultAsync<string | null, IoError> {
  return new ResultAsync(search(roots, Buffer.from(marker, 'utf8'), sinceMs));
}

async function search(
  roots: readonly string[],
  marker: Buffer,
  sinceMs: number,
): Promise<Result<string | null, IoError>> {
  for (const root of roots) {
    const found: string[] = [];
    const failed: IoError[] = [];
    const walked = await walkState(root, 50_000, async (entry) => {
      if (SKIPPED.has(entry.relative.at(-1) ?? '') || entry.relative.length > 8) return 'skip';
      if (entry.type !== 'file') return 'go';
      const held = await holds(entry.path, marker, sinceMs);
      if (held.isErr()) failed.push(held.error);
      else if (held.value) found.push(printablePath(entry.path));
      return failed.length + found.length === 0 ? 'go' : 'stop';
    });
    const [error] = failed;
    if (error !== undefined) return err(error);
    if (walked.isErr()) return err(walked.error);
    const [first] = found;
    if (first !== undefined) return ok(first);
  }
  return ok(null);
}

async function holds(path: Buffer, marker: Buffer, sinceMs: number): Promise<Result<boolean, IoError>> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const opened = await ResultAsync.fromPromise(open(path, flags), (cause) => ioError(cause, 'open', path));
  if (opened.isErr()) return ['ENOENT', 'ELOOP', 'ENXIO'].includes(opened.error.errno) ? ok(false) : err(opened.error);
  const read = await ResultAsync.fromPromise(scan(opened.value, marker, sinceMs), (cause) =>
    ioError(cause, 'read', path),
  );
  const closed = await ResultAsync.fromPromise(opened.value.close(), (cause) => ioError(cause, 'close', path));
  return read.andThen((found) => closed.map(() => found));
}

async function scan(handle: FileHandle, marker: Buffer, sinceMs: number): Promise<boolean> {
  const stat = await handle.stat();
  if (!stat.isFile() || stat.mtimeMs < sinceMs) return false;
  let position = Math.max(0, stat.size - MAX_SEARCHED);
  let carried = Buffer.alloc(0);
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) return false;
    const window = Buffer.concat([carried, buffer.subarray(0, bytesRead)]);
    if (window.includes(marker)) return true;
    carried = window.subarray(Math.max(0, window.length - marker.length + 1));
    position += bytesRead;
  }
}
