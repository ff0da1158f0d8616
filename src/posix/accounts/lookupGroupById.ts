import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isId, parseGroupLine } from './identity.js';
import type { Group, IdentityError } from './identity.js';
import { programFailed, runProgram } from '../programs/index.js';

/**
 * Finds the group of this gid; where several share it, the first the name service gives.
 *
 * Errors: `GROUP_NOT_FOUND` (also for a number no gid can be), or the {@link IdentityError} of `getent` failing.
 *
 * @example
 * ```ts
 * import { lookupGroupById } from '@wca/runtime-sdk/posix';
 *
 * const group = await lookupGroupById(33);
 * if (group.isErr()) console.error(group.error.message);
 * else console.log(group.value.name);
 * ```
 */
export function lookupGroupById(gid: number): ResultAsync<Group, IdentityError> {
  return new ResultAsync(find(gid));
}

async function find(gid: number): Promise<Result<Group, IdentityError>> {
  const group = String(gid);
  const missing: IdentityError = { code: 'GROUP_NOT_FOUND', message: `no group with gid ${group} on this host`, group };
  if (!isId(gid)) return err(missing);
  const answered = await runProgram('getent', ['group', group]);
  if (answered.isErr()) return err(answered.error);
  if (answered.value.exitCode === 2) return err(missing);
  if (answered.value.exitCode !== 0) return err(programFailed('getent', answered.value));
  const found = parseGroupLine(answered.value.stdout.split('\n')[0] ?? '');
  return found !== null && found.gid === gid
    ? ok(found)
    : err(programFailed('getent', answered.value, `no usable group entry for gid ${group}`));
}
