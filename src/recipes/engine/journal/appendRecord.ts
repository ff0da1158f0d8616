import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ResultAsync } from 'neverthrow';
import { ioError, printableJson } from '../../../posix/paths/index.js';
import type { IoError } from '../../../posix/paths/index.js';
import type { Json } from '../plan/json.js';

/**
 * Appends values to a record of a step, one JSON document a line, and syncs them to disk before it returns (0600).
 *
 * It begins on a new line, whatever a killed call left.
 */
export function appendRecord(path: string, values: readonly Json[]): ResultAsync<void, IoError> {
  return ResultAsync.fromPromise(
    (async () => {
      const file = await open(path, 'a', 0o600);
      try {
        await file.appendFile('\n');
        for (let at = 0; at < values.length; at += 256) {
          await file.appendFile(
            values
              .slice(at, at + 256)
              .map((value) => `${printableJson(value)}\n`)
              .join(''),
          );
        }
        await file.sync();
      } finally {
        await file.close();
      }
      // The name of a new file must be on disk too.
      const directory = await open(dirname(path), 'r');
      await directory.sync().finally(() => directory.close());
    })(),
    (cause) => ioError(cause, 'write', path),
  );
}
