import { ResultAsync } from 'neverthrow';
import { rethrowCallback } from './callback.js';
import { ioError } from './ioError.js';
import type { IoError } from './ioError.js';

/**
 * Makes one file call and gives what it threw as an {@link IoError}, also when it throws before it returns a promise.
 * What a guarded callback threw stays thrown.
 *
 * @param syscall - the call as its man page names it
 * @param path - the path for the message: the one that was asked for, not the one through /proc
 */
export function attempt<T>(call: () => Promise<T>, syscall: string, path: string): ResultAsync<T, IoError> {
  return ResultAsync.fromThrowable(call, (cause) => {
    rethrowCallback(cause);
    return ioError(cause, syscall, path);
  })();
}
