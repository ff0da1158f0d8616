import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ResultAsync } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';

/** stat(2), links followed. */
export function fileStatus(path: string): ResultAsync<Stats, IoError> {
  return ResultAsync.fromPromise(stat(path), (cause) => ioError(cause, 'stat', path));
}
