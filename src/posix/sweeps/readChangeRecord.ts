import { constants } from 'node:fs';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { HEADER, openTrusted, parseChange } from './changeRecord.js';
import type { ChangeRecordError } from './changeRecord.js';
import { ioError, printablePath } from '../paths/index.js';
import type { TreeChange } from '../handles/index.js';

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
  const message = `line ${line} of ${path} is not a change; nothing of it was used`;
  return { code: 'RECORD_CORRUPT', message, path, line };
}
