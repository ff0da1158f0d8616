import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { acquireHostLock } from './acquireHostLock.js';
import type { LockError } from './acquireHostLock.js';

/**
 * Calls `act` while holding a host lock, and releases the lock afterwards, also when `act` fails or throws.
 *
 * `act` is not called when the lock cannot be acquired. See `acquireHostLock` for what the lock means.
 *
 * Errors: {@link LockError}, or what `act` gives; an `act` that fails keeps its own error.
 *
 * @example
 * ```ts
 * import { okAsync } from 'neverthrow';
 * import { withHostLock } from '@wca/runtime-sdk/posix';
 *
 * const done = await withHostLock('/run/wca.lock', () => okAsync('only one of us at a time'));
 * if (done.isErr()) console.error(done.error.message);
 * ```
 */
export function withHostLock<T, E>(path: string, act: () => ResultAsync<T, E>): ResultAsync<T, E | LockError> {
  return new ResultAsync(hold(path, act));
}

async function hold<T, E>(path: string, act: () => ResultAsync<T, E>): Promise<Result<T, E | LockError>> {
  const lock = await acquireHostLock(path);
  if (lock.isErr()) return err(lock.error);
  let outcome: Result<T, E | LockError> | undefined;
  try {
    outcome = await act();
  } finally {
    const released = await lock.value.release();
    if (released.isErr() && outcome?.isOk() === true) outcome = err(released.error);
  }
  return outcome;
}
