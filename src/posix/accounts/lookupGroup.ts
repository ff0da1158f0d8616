import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isAccountName, parseGroupLine, shownName } from './identity.js';
import type { Group, IdentityError } from './identity.js';
import { programFailed, runProgram } from '../programs/index.js';

/**
 * Finds the group of exactly this name in every source the host's name service asks; a number is never taken for a gid.
 *
 * Errors: `GROUP_NOT_FOUND` (also for what cannot be a name), or the {@link IdentityError} of `getent` failing.
 *
 * @example
 * ```ts
 * import { lookupGroup } from '@wca/runtime-sdk/posix';
 *
 * const group = await lookupGroup('www-data');
 * if (group.isErr()) console.error(group.error.message);
 * else console.log(group.value.gid, group.value.members);
 * ```
 */
export function lookupGroup(name: string): ResultAsync<Group, IdentityError> {
  return new ResultAsync(find(name));
}

async function find(name: string): Promise<Result<Group, IdentityError>> {
  const group = shownName(name);
  const message = `no group '${group}' on this host; create it or name another`;
  const missing: IdentityError = { code: 'GROUP_NOT_FOUND', message, group };
  if (!isAccountName(name)) return err(missing);
  const answered = await runProgram('getent', ['group', name]);
  if (answered.isErr()) return err(answered.error);
  if (answered.value.exitCode === 2) return err(missing);
  if (answered.value.exitCode !== 0) return err(programFailed('getent', answered.value));
  const found = parseGroupLine(answered.value.stdout.split('\n')[0] ?? '');
  return found !== null && found.name === name
    ? ok(found)
    : err(programFailed('getent', answered.value, `no usable group entry for '${group}'`));
}
