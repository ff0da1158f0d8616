import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isId, parseGroupLine } from './identity.js';
import type { Group, Identity, IdentityError } from './identity.js';
import { lookupUser } from './lookupUser.js';
import { programFailed, runProgram } from '../programs/index.js';

/**
 * Finds a user with every group the kernel would give a fresh login: the primary one first, then the supplementary.
 *
 * It is what `initgroups(3)` says now. A process that already runs keeps the groups it started with: `readProcess`
 * tells those. A gid that no group names is kept, with its number as name.
 *
 * Errors: `USER_NOT_FOUND`, `INVALID_USER_NAME`, or the {@link IdentityError} of `getent` failing.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 *
 * const identity = await lookupIdentity('www-data');
 * if (identity.isErr()) console.error(identity.error.message);
 * else console.log(identity.value.groups.map((group) => group.name));
 * ```
 */
export function lookupIdentity(name: string): ResultAsync<Identity, IdentityError> {
  return new ResultAsync(find(name));
}

async function find(name: string): Promise<Result<Identity, IdentityError>> {
  const looked = await lookupUser(name);
  if (looked.isErr()) return err(looked.error);
  const user = looked.value;

  const initgroups = await runProgram('getent', ['initgroups', name]);
  if (initgroups.isErr()) return err(initgroups.error);
  if (initgroups.value.exitCode !== 0) return err(programFailed('getent', initgroups.value));
  // One line, `name  gid gid …`; the primary group is there only when the group file lists the user in it.
  const listed = initgroups.value.stdout
    .slice(name.length)
    .split(/\s+/)
    .filter((word) => /^[0-9]+$/.test(word));
  const gids = [...new Set([user.gid, ...listed.map(Number)])].filter(isId);

  const named = await runProgram('getent', ['group', ...gids.map(String)]);
  if (named.isErr()) return err(named.error);
  // 2: some gid has no name, the others are printed all the same.
  if (named.value.exitCode !== 0 && named.value.exitCode !== 2) return err(programFailed('getent', named.value));
  const known = new Map<number, Group>();
  for (const line of named.value.stdout.split('\n')) {
    const group = parseGroupLine(line);
    if (group !== null && !known.has(group.gid)) known.set(group.gid, group);
  }
  const groupOf = (gid: number): Group => known.get(gid) ?? { name: String(gid), gid, members: [] };
  return ok({ user, group: groupOf(user.gid), groups: gids.map(groupOf) });
}
