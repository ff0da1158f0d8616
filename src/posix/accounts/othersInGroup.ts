import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { parseGroupLine, parsePasswdLine } from './identity.js';
import { programFailed, runProgram } from '../programs/index.js';
import type { ProgramError } from '../programs/index.js';

/**
 * Lists the accounts, besides those of this uid, that a group gives its permissions to: its members, and those whose primary
 * group it is.
 *
 * It asks the name service for all of its entries: accounts of a directory that does not list them (LDAP) are not seen, nor
 * is a service with `Group=` of that group.
 */
export function othersInGroup(gid: number, uid: number): ResultAsync<readonly string[], ProgramError> {
  const entries = (database: 'passwd' | 'group'): ResultAsync<string, ProgramError> =>
    runProgram('getent', [database]).andThen((ran): Result<string, ProgramError> =>
      ran.exitCode === 0 ? ok(ran.stdout) : err(programFailed('getent', ran)),
    );
  return ResultAsync.combine([entries('passwd'), entries('group')]).map(([passwd, group]) =>
    othersIn(passwd, group, { gid, uid }),
  );
}

/** The same of the text of passwd(5) and group(5); pure. */
export function othersIn(
  passwd: string,
  group: string,
  of: { readonly gid: number; readonly uid: number },
): readonly string[] {
  const users = passwd.split('\n').flatMap((line) => parsePasswdLine(line) ?? []);
  const own = new Set(users.filter(({ uid }) => uid === of.uid).map(({ name }) => name));
  const members = group.split('\n').flatMap((line) => {
    const found = parseGroupLine(line);
    return found?.gid === of.gid ? found.members : [];
  });
  const primary = users.filter(({ gid }) => gid === of.gid).map(({ name }) => name);
  return [...new Set([...members, ...primary])].filter((name) => !own.has(name));
}
