import { statSync } from 'node:fs';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isAccountName, isId, parseGroupLine, parsePasswdLine, shownName } from './identity.js';
import type { Group, Identity, IdentityError, User } from './identity.js';
import { programFailed, runProgram } from '../programs/index.js';
import type { ProgramError, ProgramResult } from '../programs/index.js';

/** How an account or group is looked up. @inline */
export interface LookupOptions {
  /** Aborting it ends the lookup with `ABORTED`. */
  readonly signal?: AbortSignal;
}

/**
 * Finds one account, by name (text) or by uid (number), in every source the host's name service asks (files, LDAP, …).
 *
 * Text is always a name: '33' is not taken for a uid, as `getent` would. Where several accounts share a uid, the first
 * that the name service gives is the answer. It says nothing about whether the account may log in or has its home.
 *
 * Errors: `USER_NOT_FOUND` (also for a number that no uid can be), `INVALID_USER_NAME`, or the {@link IdentityError} of
 * a `getent` that fails.
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
export function lookupUser(user: string | number, options: LookupOptions = {}): ResultAsync<User, IdentityError> {
  return new ResultAsync(findUser(user, options));
}

async function findUser(asked: string | number, options: LookupOptions): Promise<Result<User, IdentityError>> {
  const user = shownName(String(asked));
  if (typeof asked === 'string' && !isAccountName(asked)) {
    const message = `'${user}' cannot be a user name: give the name of an account, not a number or a path`;
    return err({ code: 'INVALID_USER_NAME', message, user });
  }
  const what = typeof asked === 'string' ? `user '${user}'` : `user with uid ${user}`;
  const message = `this host has no ${what}; create it, or give another`;
  const missing: IdentityError = { code: 'USER_NOT_FOUND', message, user };
  if (typeof asked === 'number' && !isId(asked)) return err(missing);
  const line = await firstLine('passwd', asked, options);
  if (line.isErr()) return err(line.error);
  if (line.value === undefined) return err(missing);
  const found = parsePasswdLine(line.value);
  const fits = typeof asked === 'string' ? found?.name === asked : found?.uid === asked;
  return found !== null && fits ? ok(found) : err(unusable('passwd', what, line.value));
}

/**
 * Finds one group, by name (text) or by gid (number), in every source the host's name service asks. Text is always a
 * name. Where several groups share a gid, the first that the name service gives is the answer.
 *
 * Errors: `GROUP_NOT_FOUND` (also for what cannot be a name or a gid), or the {@link IdentityError} of a `getent` that
 * fails.
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
export function lookupGroup(group: string | number, options: LookupOptions = {}): ResultAsync<Group, IdentityError> {
  return new ResultAsync(findGroup(group, options));
}

async function findGroup(asked: string | number, options: LookupOptions): Promise<Result<Group, IdentityError>> {
  const group = shownName(String(asked));
  const what = typeof asked === 'string' ? `group '${group}'` : `group with gid ${group}`;
  const message = `this host has no ${what}; create it, or give another`;
  const missing: IdentityError = { code: 'GROUP_NOT_FOUND', message, group };
  if (typeof asked === 'string' ? !isAccountName(asked) : !isId(asked)) return err(missing);
  const line = await firstLine('group', asked, options);
  if (line.isErr()) return err(line.error);
  if (line.value === undefined) return err(missing);
  const found = parseGroupLine(line.value);
  const fits = typeof asked === 'string' ? found?.name === asked : found?.gid === asked;
  return found !== null && fits ? ok(found) : err(unusable('group', what, line.value));
}

/**
 * Finds a user with every group the kernel gives a fresh login: the primary one first, then the supplementary ones.
 *
 * It is what `initgroups(3)` says now. A process that already runs keeps the groups it started with: `readProcess`
 * tells those. A gid that no group names is kept, with its number as name.
 *
 * Errors: `USER_NOT_FOUND`, `INVALID_USER_NAME`, or the {@link IdentityError} of a `getent` that fails.
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
export function lookupIdentity(
  user: string | number,
  options: LookupOptions = {},
): ResultAsync<Identity, IdentityError> {
  return lookupUser(user, options).andThen((found) => new ResultAsync(withGroups(found, options)));
}

async function withGroups(user: User, options: LookupOptions): Promise<Result<Identity, IdentityError>> {
  const { name } = user;
  const initgroups = await getent(['initgroups', name], options);
  if (initgroups.isErr()) return err(initgroups.error);
  if (initgroups.value.exitCode !== 0) return err(programFailed('getent', initgroups.value));
  // One line, `name  gid gid …`; the primary group is there only when the group file lists the user in it.
  const listed = initgroups.value.stdout
    .slice(name.length)
    .split(/\s+/)
    .filter((word) => /^[0-9]+$/.test(word));
  const gids = [...new Set([user.gid, ...listed.map(Number)])].filter(isId);

  const named = await getent(['group', ...gids.map(String)], options);
  if (named.isErr()) return err(named.error);
  // 2: some gid has no name; the others are printed all the same.
  if (named.value.exitCode !== 0 && named.value.exitCode !== 2) return err(programFailed('getent', named.value));
  const known = new Map<number, Group>();
  for (const line of named.value.stdout.split('\n')) {
    const group = parseGroupLine(line);
    if (group !== null && !known.has(group.gid)) known.set(group.gid, group);
  }
  const groupOf = (gid: number): Group => known.get(gid) ?? { name: String(gid), gid, members: [] };
  return ok({ user, group: groupOf(user.gid), groups: gids.map(groupOf) });
}

/** What decides the answers of the name service, as far as it is files. */
const SOURCES = ['/etc/nsswitch.conf', '/etc/passwd', '/etc/group'];

/** For how long an answer is taken again that may come from elsewhere (LDAP, …); nscd(8) keeps them for ten minutes. */
const FRESH_MS = 60_000;

/** Answers that found something, by arguments: the same few accounts are asked for again and again. */
const answers = new Map<string, { readonly state: string; readonly at: number; readonly result: ProgramResult }>();

/** Runs getent(1), unless the same was answered a moment ago and the files it reads are as they were. */
async function getent(args: readonly string[], options: LookupOptions): Promise<Result<ProgramResult, ProgramError>> {
  const key = args.join(' ');
  const state = stateOf(SOURCES);
  const known = answers.get(key);
  const now = performance.now();
  if (known?.state === state && now - known.at < FRESH_MS && options.signal?.aborted !== true) return ok(known.result);
  const ran = await runProgram('getent', args, options);
  // What came while a file was changed may be of either time.
  if (ran.isOk() && ran.value.exitCode === 0 && state === stateOf(SOURCES)) {
    if (answers.size > 1_000) answers.clear();
    answers.set(key, { state, at: now, result: ran.value });
  }
  return ran;
}

/** Tells one state of these files from another. */
function stateOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      try {
        const { ino, size, ctimeNs } = statSync(path, { bigint: true });
        return `${ino}:${size}:${ctimeNs}`;
      } catch {
        return '';
      }
    })
    .join(' ');
}

/** The first line of what getent(1) answers about one key; undefined when the name service does not have it. */
async function firstLine(
  database: 'passwd' | 'group',
  key: string | number,
  options: LookupOptions,
): Promise<Result<string | undefined, IdentityError>> {
  const answered = await getent([database, String(key)], options);
  if (answered.isErr()) return err(answered.error);
  // 2: "one or more supplied keys could not be found".
  if (answered.value.exitCode === 2) return ok(undefined);
  if (answered.value.exitCode !== 0) return err(programFailed('getent', answered.value));
  return ok(answered.value.stdout.split('\n')[0] ?? '');
}

function unusable(database: 'passwd' | 'group', what: string, line: string): IdentityError {
  const message = `getent gave no usable ${database} entry for the ${what}`;
  return { code: 'PROGRAM_FAILED', message, program: 'getent', exitCode: 0, stderr: line.slice(0, 2_000) };
}
