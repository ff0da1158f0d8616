import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkTrustedPath, lstatOrNull } from '../handles/index.js';
import type { TrustError } from '../handles/index.js';
import { fileTypeOf, printablePath } from '../paths/index.js';
import { shownName } from './identity.js';
import type { Identity, IdentityError } from './identity.js';
import type { IoError } from '../paths/index.js';
import { lookupIdentity, lookupGroup } from './lookupIdentity.js';
import type { LookupOptions } from './lookupIdentity.js';
import { readAccountState } from './readAccountState.js';

/** The account a service shall run as. */
export interface ServiceUserSpec {
  /** Lower-case letters, digits, `_` and `-`, at most 32: what sudoers(5) and systemd take without quoting. */
  readonly name: string;
  /** Absolute; the directory above has to exist and be root's. */
  readonly home: string;
  /** Absolute path of a login shell. sudo(8) refuses to run commands as a user whose shell is not in /etc/shells. */
  readonly shell: string;
  /** Supplementary groups, which have to exist. The primary group has the user's name and is made with it. */
  readonly groups: readonly string[];
}

/** `incomplete`: the account is as specified, but its home does not exist yet. @inline */
export type ServiceUserState = 'absent' | 'incomplete' | 'present';

/** A field of the spec has a value that no service user can have. */
export interface InvalidUserSpec {
  readonly code: 'INVALID_USER_SPEC';
  readonly message: string;
  readonly field: keyof ServiceUserSpec;
}

/** The account exists and differs from the spec. */
export interface UserDiffers {
  readonly code: 'USER_DIFFERS';
  readonly message: string;
  readonly user: string;
  /** One line for each difference: what was found, and what was expected. */
  readonly differences: readonly string[];
}

/** The account does not exist, but a group of its name does. */
export interface GroupExists {
  readonly code: 'GROUP_EXISTS';
  readonly message: string;
  readonly group: string;
}

/** The account does not exist, but its home does. */
export interface HomeExists {
  readonly code: 'HOME_EXISTS';
  readonly message: string;
  readonly path: string;
}

/** Why there can be no such account, or why the one that is there is not the one asked for. */
export type ServiceUserError =
  InvalidUserSpec | UserDiffers | GroupExists | HomeExists | TrustError | IdentityError | IoError;

/**
 * Tells whether this account exists exactly as specified; changes nothing.
 *
 * It may be in more groups than asked for, have a password, and its home may have any mode. An expired account
 * counts as different, since sudo and cron refuse it. An account that differs, or whose home or group exists without it,
 * is an error: nothing is adapted silently.
 *
 * Errors: {@link ServiceUserError}.
 *
 * @example
 * ```ts
 * import { checkServiceUser } from '@wca/runtime-sdk/posix';
 *
 * const spec = { name: 'opencode', home: '/home/opencode', shell: '/bin/bash', groups: ['www-data'] };
 * const state = await checkServiceUser(spec);
 * if (state.isErr()) console.error(state.error.code, state.error.message);
 * else console.log(state.value); // absent, incomplete or present
 * ```
 */
export function checkServiceUser(
  spec: ServiceUserSpec,
  options: LookupOptions = {},
): ResultAsync<ServiceUserState, ServiceUserError> {
  return new ResultAsync(check(spec, options));
}

async function check(
  spec: ServiceUserSpec,
  options: LookupOptions,
): Promise<Result<ServiceUserState, ServiceUserError>> {
  const invalid = problemOf(spec);
  if (invalid !== null) return err(invalid);
  const found = await lookupIdentity(spec.name, options);
  if (found.isErr() && found.error.code !== 'USER_NOT_FOUND') return err(found.error);
  const home = await lstatOrNull(spec.home, spec.home);
  if (home.isErr()) return err(home.error);

  if (found.isOk()) {
    const differences = compare(found.value, spec);
    const state = await readAccountState(spec.name, options);
    if (state.isErr()) return err(state.error);
    if (state.value.expired) differences.push(`it expired on ${state.value.expiresOn ?? 'an earlier day'}`);
    if (home.value !== null) {
      const type = fileTypeOf(Number(home.value.mode));
      const owner = Number(home.value.uid);
      if (type !== 'directory') differences.push(`the home is a ${type}, expected a directory`);
      if (owner !== found.value.user.uid) differences.push(`the home belongs to uid ${owner}`);
    }
    if (differences.length > 0) return err(differs(spec.name, differences));
    return ok(home.value === null ? 'incomplete' : 'present');
  }
  return (await placeIsFree(spec, home.value !== null, options)).map(() => 'absent' as const);
}

async function placeIsFree(
  spec: ServiceUserSpec,
  homeThere: boolean,
  options: LookupOptions,
): Promise<Result<void, ServiceUserError>> {
  if (homeThere) {
    const path = printablePath(spec.home);
    const message = `${path} exists, but the user ${spec.name} does not; move it away, or name another home`;
    return err({ code: 'HOME_EXISTS', message, path });
  }
  const own = await lookupGroup(spec.name, options);
  if (own.isOk()) {
    const message = `the group ${spec.name} exists without a user of that name; remove it (groupdel) or name another`;
    return err({ code: 'GROUP_EXISTS', message, group: spec.name });
  }
  if (own.error.code !== 'GROUP_NOT_FOUND') return err(own.error);
  for (const name of spec.groups) {
    const group = await lookupGroup(name, options);
    if (group.isErr()) return err(group.error);
  }
  for (const path of [spec.shell, spec.home.slice(0, spec.home.lastIndexOf('/')) || '/']) {
    const trusted = await checkTrustedPath(path);
    if (trusted.isErr()) return err(trusted.error);
  }
  return ok(undefined);
}

/** useradd(8) and sudoers(5) agree on these names; longer ones do not fit utmp(5). */
export function isServiceUserName(name: string): boolean {
  return /^[a-z_][a-z0-9_-]{0,31}$/.test(name) && name !== 'root';
}

function problemOf({ name, home, shell, groups }: ServiceUserSpec): ServiceUserError | null {
  const invalid = (field: keyof ServiceUserSpec, message: string): ServiceUserError => ({
    code: 'INVALID_USER_SPEC',
    message,
    field,
  });
  if (!isServiceUserName(name)) {
    const rule = 'lower-case letters, digits, _ and -, not root';
    return invalid('name', `'${shownName(name)}' cannot name a service user: ${rule}`);
  }
  if (!isPlainPath(home) || home === '/nonexistent') {
    return invalid('home', `'${shownName(home)}' cannot be a home: give the absolute path of a directory to be made`);
  }
  if (!isPlainPath(shell)) return invalid('shell', `'${shownName(shell)}' cannot be a shell: give its absolute path`);
  const odd = groups.find((group) => !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(group));
  return odd === undefined ? null : invalid('groups', `'${shownName(odd)}' cannot name a group`);
}

/** Absolute, in its shortest form, and without what passwd(5) or a terminal would read otherwise. */
function isPlainPath(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what this keeps out
  return /^(\/[^/:,\u0000-\u001f\u007f]+)+$/.test(path) && !/\/\.\.?(\/|$)/.test(path);
}

function compare(identity: Identity, spec: ServiceUserSpec): string[] {
  const { user, groups } = identity;
  const differences: string[] = [];
  if (user.uid === 0) differences.push('its uid is 0: it is root under another name');
  if (user.home !== spec.home) differences.push(`its home is ${printablePath(user.home)}, expected ${spec.home}`);
  if (user.shell !== spec.shell) differences.push(`its shell is ${printablePath(user.shell)}, expected ${spec.shell}`);
  const lacking = spec.groups.filter((name) => !groups.some((group) => group.name === name));
  if (lacking.length > 0) differences.push(`it is not in ${lacking.join(', ')}`);
  return differences;
}

function differs(user: string, differences: readonly string[]): ServiceUserError {
  const message = `the user ${user} exists, but ${differences.join('; ')}; change it (usermod) or name another user`;
  return { code: 'USER_DIFFERS', message, user, differences };
}
