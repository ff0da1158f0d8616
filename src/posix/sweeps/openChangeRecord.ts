import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { HEADER, openTrusted, printChange, syncDirectoryOf, wholeLines } from './changeRecord.js';
import type { ChangeRecordError } from './changeRecord.js';
import { ioError, printablePath } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import type { ChangeSink, TreeChange } from '../handles/index.js';

/** A file that takes note of changes for as long as it is open. */
export interface ChangeRecord extends ChangeSink {
  /** Ends it; nothing is lost without, every batch is on disk already. */
  close(): ResultAsync<void, IoError>;
}

/**
 * Opens a file in which every batch of changes is on disk (fsync) before `append` resolves; the way back is
 * `readChangeRecord` and `undoChanges`.
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
    if (await prepare(handle, file)) return ok(recordOn(handle, file));
    await handle.close();
    const path = printablePath(file);
    const message = `${path} is not empty and not a record of changes; give another file`;
    return err({ code: 'RECORD_CORRUPT', message, path, line: 1 });
  } catch (cause) {
    await handle.close();
    return err(ioError(cause, 'write', file));
  }
}

/** Leaves the file with a header and whole lines only; false when it holds something else. */
async function prepare(handle: FileHandle, file: string): Promise<boolean> {
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
  await syncDirectoryOf(file);
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
