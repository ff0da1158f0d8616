import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isAccountName, parsePasswdLine, shownName } from './identity.js';
import type { IdentityError, User } from './identity.js';
import { programFailed, runProgram } from '../programs/index.js';

/**
 * Finds the account of exactly this name in every source the host's name service asks (files, LDAP, …).
 *
 * A number is never taken for a uid, as `getent` would; `lookupUserById` does that. It says nothing about whether
 * the account may log in, is locked or has its home.
 *
 * Errors: `USER_NOT_FOUND`, `INVALID_USER_NAME`, or the {@link IdentityError} of `getent` failing.
 *
 * @example
 * ```ts
 * import { lookupUser } from '@wca/runtime-sdk/posix';
 *
 * const user = await lookupUser('www-data');
 * if (user.isErr()) console.error(user.error.message);
 * else console.log(user.value.uid, user.value.home);
 * ```
 */
export function lookupUser(name: string): ResultAsync<User, IdentityError> {
  return new ResultAsync(find(name));
}

async function find(name: string): Promise<Result<User, IdentityError>> {
  const user = shownName(name);
  if (!isAccountName(name)) {
    const message = `'${user}' cannot be a user name: give the name of an account, not a number or a path`;
    return err({ code: 'INVALID_USER_NAME', message, user });
  }
  const answered = await runProgram('getent', ['passwd', name]);
  if (answered.isErr()) return err(answered.error);
  // getent(1): 2 is "one or more supplied keys could not be found".
  if (answered.value.exitCode === 2) {
    return err({ code: 'USER_NOT_FOUND', message: `no user '${user}' on this host; create it or name another`, user });
  }
  if (answered.value.exitCode !== 0) return err(programFailed('getent', answered.value));
  const found = parsePasswdLine(answered.value.stdout.split('\n')[0] ?? '');
  if (found?.name !== name) {
    return err(programFailed('getent', answered.value, `no usable passwd entry for '${user}'`));
  }
  return ok(found);
}
