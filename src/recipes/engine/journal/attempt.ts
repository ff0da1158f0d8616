import { ResultAsync } from 'neverthrow';
import { ioError } from '../../../posix/paths/index.js';
import type { IoError } from '../../../posix/paths/index.js';

/** One file call as a Result. */
export function attempt<T>(call: () => Promise<T>, syscall: string, path: string): ResultAsync<T, IoError> {
  return ResultAsync.fromThrowable(call, (cause) => ioError(cause, syscall, path))();
}
