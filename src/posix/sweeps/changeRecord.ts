import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import { err, ok, ResultAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, octalMode, printablePath } from '../paths/index.js';
import type { FileType, IoError, PathNotFound } from '../paths/index.js';
import { attemptAt } from '../handles/index.js';
import type { Attributes, ChangeSink, TreeChange } from '../handles/index.js';

/** Somebody else could have written the record, or still can. */
export interface RecordUntrusted {
  readonly code: 'RECORD_UNTRUSTED';
  readonly message: string;
  readonly path: string;
  readonly reason: string;
}

/** The file does not read as a record of changes. */
export interface RecordCorrupt {
  readonly code: 'RECORD_CORRUPT';
  readonly message: string;
  readonly path: string;
  readonly line: number;
}

/** A record that is not there, is not ours alone, or does not read as one. */
export type ChangeRecordError = PathNotFound | RecordUntrusted | RecordCorrupt | IoError;

/** The first line of every record. */
export const HEADER = '{"format":"wca-changes","version":1}';

const TYPES: ReadonlySet<string> = new Set(['file', 'directory', 'symlink', 'fifo', 'socket', 'block', 'char']);

/**
 * Opens a record and refuses one that somebody else could have written or still can: root would act on it. A FIFO
 * does not block, a link is not followed. The caller closes the handle.
 */
export async function openTrusted(path: string, flags: number): Promise<Result<FileHandle, ChangeRecordError>> {
  const shown = printablePath(path);
  const opened = await attemptAt(path, 'open', (at) =>
    open(at, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600),
  );
  if (opened.isErr()) {
    const { error } = opened;
    if (error.errno === 'ENOENT') {
      const message = `${shown} does not exist, or the directory for it does not`;
      return err({ code: 'NOT_FOUND', message, path: shown });
    }
    return err(error.errno === 'ELOOP' ? untrusted(shown, 'it is a symbolic link') : error);
  }
  const handle = opened.value;
  try {
    const reason = distrust(await handle.stat());
    if (reason === null) return ok(handle);
    await handle.close();
    return err(untrusted(shown, reason));
  } catch (cause) {
    await handle.close();
    return err(ioError(cause, 'fstat', path));
  }
}

/** Makes a new name in this directory durable (fsync(2): the file's own fsync does not cover it). */
function syncDirectoryOf(path: string): ResultAsync<void, IoError> {
  return attemptAt(path, 'fsync', async (at) => {
    const directory = await open(dirname(at), constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  });
}

/** The size up to which an open record consists of whole lines. Reads backwards from its end. */
export async function wholeLines(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0;) {
    const start = Math.max(end - block.length, 0);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline !== -1) return start + newline + 1;
    end = start;
  }
  return 0;
}

/** One change as one line of JSON, without the newline. Modes are octal, the path is base64. */
export function printChange({ path, type, dev, ino, before, after }: TreeChange): string {
  const short = ({ uid, gid, mode }: Attributes): unknown => [uid, gid, octalMode(mode)];
  return JSON.stringify({ path: path.toString('base64'), type, dev, ino, before: short(before), after: short(after) });
}

/** Reads one line, or null when it is none. */
export function parseChange(line: string): TreeChange | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { path, type, dev, ino, before, after } = parsed as Partial<Record<keyof TreeChange, unknown>>;
  const from = parseAttributes(before);
  const to = parseAttributes(after);
  if (typeof path !== 'string' || from === null || to === null) return null;
  if (!isFileType(type) || !isDecimal(dev) || !isDecimal(ino)) return null;
  const bytes = Buffer.from(path, 'base64');
  if (bytes.toString('base64') !== path || !staysBelow(bytes)) return null;
  return { path: bytes, type, dev, ino, before: from, after: to };
}

function parseAttributes(value: unknown): Attributes | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [uid, gid, mode] = value as readonly unknown[];
  if (!isId(uid) || !isId(gid) || typeof mode !== 'string' || !/^[0-7]{4}$/.test(mode)) return null;
  return { uid, gid, mode: parseInt(mode, 8) };
}

/** Relative, and without anything that could lead out of the tree. */
function staysBelow(path: Buffer): boolean {
  if (path.length === 0) return true;
  const names = path.toString('latin1').split('/');
  return names.every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'));
}

function isFileType(value: unknown): value is FileType {
  return typeof value === 'string' && TYPES.has(value);
}

function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9]{1,20}$/.test(value);
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 0xffff_ffff;
}

function distrust(stat: { isFile(): boolean; uid: number; mode: number; nlink: number }): string | null {
  if (!stat.isFile()) return 'it is not a regular file';
  if (stat.uid !== process.geteuid?.()) return `uid ${stat.uid} owns it, not this process's user`;
  if ((stat.mode & 0o077) !== 0) return `others may use it (mode ${octalMode(stat.mode)}, expected 0600)`;
  return stat.nlink === 1 ? null : 'it has more than one name (hard link)';
}

function untrusted(path: string, reason: string): ChangeRecordError {
  return {
    code: 'RECORD_UNTRUSTED',
    message: `${printablePath(path)} cannot be trusted as a record of changes: ${reason}`,
    path,
    reason,
  };
}

/** A file that takes note of changes for as long as it is open. */
export interface ChangeRecord extends ChangeSink {
  /** Ends it; nothing is lost without, every batch is on disk already. */
  close(): ResultAsync<void, IoError>;
}

/**
 * Opens a file in which every batch of changes is on disk (fsync) before `append` resolves;
 * `readChangeRecord` and `undoChanges` put the changes back.
 *
 * A new file is made with mode 0600 and its directory synced. An existing record is continued; what a crash left of
 * a last line is cut off. One line of JSON for each change, the path in base64.
 *
 * It does not lock: two writers at once would interleave whole batches at best.
 *
 * Errors: `NOT_FOUND` (no such directory), `RECORD_UNTRUSTED` (a link, hard linked, not this user's, or open to
 * others), `RECORD_CORRUPT` (a file that is no record), `IO`.
 *
 * @param file - absolute path
 *
 * @example
 * ```ts
 * import { openChangeRecord, reclaim } from '@wca/runtime-sdk/posix';
 *
 * const record = await openChangeRecord('/root/reclaim.ndjson');
 * if (record.isErr()) throw new Error(record.error.message);
 * const request = { from: 0, to: { uid: 33, gid: 33 }, sink: record.value };
 * const done = await reclaim('/var/www/site/wp-content', request);
 * const closed = await record.value.close();
 * if (done.isErr()) console.error(done.error.message);
 * if (closed.isErr()) console.error(closed.error.message);
 * ```
 */
export function openChangeRecord(file: string): ResultAsync<ChangeRecord, ChangeRecordError> {
  return new ResultAsync(openRecord(file));
}

async function openRecord(file: string): Promise<Result<ChangeRecord, ChangeRecordError>> {
  const { O_RDWR, O_APPEND, O_CREAT } = constants;
  const opened = await openTrusted(file, O_RDWR | O_APPEND | O_CREAT);
  if (opened.isErr()) return err(opened.error);
  const handle = opened.value;
  try {
    if (await prepare(handle)) {
      const synced = await syncDirectoryOf(file);
      if (synced.isOk()) return ok(recordOn(handle, file));
      await handle.close();
      return err(synced.error);
    }
    await handle.close();
    const path = printablePath(file);
    const message = `${path} is not empty and not a record of changes; give a new file`;
    return err({ code: 'RECORD_CORRUPT', message, path, line: 1 });
  } catch (cause) {
    await handle.close();
    return err(ioError(cause, 'write', file));
  }
}

/** Leaves the file with a header and whole lines only; false when it holds something else. */
async function prepare(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  const expected = Buffer.from(`${HEADER}\n`);
  const start = Buffer.alloc(Math.min(size, expected.length));
  await handle.read(start, 0, start.length, 0);
  if (!start.equals(expected.subarray(0, start.length))) return false;
  if (start.length < expected.length) {
    await handle.truncate(0);
    await handle.appendFile(expected);
  } else await handle.truncate(await wholeLines(handle, size));
  await handle.sync();
  return true;
}

function recordOn(handle: FileHandle, file: string): ChangeRecord {
  const write = async (batch: readonly TreeChange[]): Promise<void> => {
    await handle.appendFile(batch.map((change) => `${printChange(change)}\n`).join(''));
    await handle.datasync();
  };
  const failed = (syscall: string) => (cause: unknown) => ioError(cause, syscall, file);
  return {
    append: (batch) => ResultAsync.fromPromise(write(batch), failed('write')),
    close: () => ResultAsync.fromPromise(handle.close(), failed('close')),
  };
}

/**
 * Reads the changes of a record, in the order in which they were noted.
 *
 * An unfinished last line is what a crash leaves and is passed over: its batch was never acted on. Anything else
 * that does not read as a change makes the whole record refused, with the line.
 *
 * A change that was noted need not have been made; `undoChanges` looks.
 *
 * Errors: `NOT_FOUND`, `RECORD_UNTRUSTED` (a link, hard linked, not this user's, or open to others),
 * `RECORD_CORRUPT`, `IO`.
 *
 * @example
 * ```ts
 * import { readChangeRecord, undoChanges } from '@wca/runtime-sdk/posix';
 *
 * const undone = await readChangeRecord('/root/reclaim.ndjson').andThen((changes) =>
 *   undoChanges('/var/www/site/wp-content', changes),
 * );
 * if (undone.isErr()) console.error(undone.error.code, undone.error.message);
 * else console.log(undone.value.restored, undone.value.skipped);
 * ```
 */
export function readChangeRecord(file: string): ResultAsync<readonly TreeChange[], ChangeRecordError> {
  return new ResultAsync(read(file));
}

async function read(file: string): Promise<Result<readonly TreeChange[], ChangeRecordError>> {
  const opened = await openTrusted(file, constants.O_RDONLY);
  if (opened.isErr()) return err(opened.error);
  const handle = opened.value;
  try {
    return parseRecord(await handle.readFile(), file);
  } catch (cause) {
    return err(ioError(cause, 'read', file));
  } finally {
    await handle.close();
  }
}

function parseRecord(bytes: Buffer, file: string): Result<readonly TreeChange[], ChangeRecordError> {
  const changes: TreeChange[] = [];
  let line = 0;
  // Line by line in the bytes: a long record is larger than a string may be.
  for (let start = 0, end = bytes.indexOf(0x0a); end !== -1; start = end + 1, end = bytes.indexOf(0x0a, start)) {
    line += 1;
    const text = bytes.toString('utf8', start, end);
    const change = line === 1 ? null : parseChange(text);
    if (change !== null) changes.push(change);
    else if (line !== 1 || text !== HEADER) return err(corrupt(file, line));
  }
  return ok(changes);
}

function corrupt(file: string, line: number): ChangeRecordError {
  const path = printablePath(file);
  const message = `line ${line} of ${path} is not a change; nothing was undone`;
  return { code: 'RECORD_CORRUPT', message, path, line };
}
