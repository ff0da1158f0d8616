import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isId, parsePasswdLine } from './identity.js';
import type { IdentityError, User } from './identity.js';
import { programFailed, runProgram } from '../programs/index.js';

/**
 * Finds the account of this uid; where several share it, the first the name service gives.
 *
 * Errors: `USER_NOT_FOUND` (also for a number no uid can be), or the {@link IdentityError} of `getent` failing.
 *
 * @example
 * ```ts
 * import { lookupUserById } from '@wca/runtime-sdk/posix';
 *
 * const user = await lookupUserById(33);
 * if (user.isErr()) console.error(user.error.message);
 * else console.log(user.value.name);
 * ```
 */
export function lookupUserById(uid: number): ResultAsync<User, IdentityError> {
  return new ResultAsync(find(uid));
}

async function find(uid: number): Promise<Result<User, IdentityError>> {
  const user = String(uid);
  const missing: IdentityError = { code: 'USER_NOT_FOUND', message: `no user with uid ${user} on this host`, user };
  if (!isId(uid)) return err(missing);
  const answered = await runProgram('getent', ['passwd', user]);
  if (answered.isErr()) return err(answered.error);
  if (answered.value.exitCode === 2) return err(missing);
  if (answered.value.exitCode !== 0) return err(programFailed('getent', answered.value));
  const found = parsePasswdLine(answered.value.stdout.split('\n')[0] ?? '');
  return found !== null && found.uid === uid
    ? ok(found)
    : err(programFailed('getent', answered.value, `no usable passwd entry for uid ${user}`));
}
