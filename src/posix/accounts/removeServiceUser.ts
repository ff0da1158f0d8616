import { rmdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { isServiceUserName } from './checkServiceUser.js';
import { shownName } from './identity.js';
import type { IdentityError } from './identity.js';
import type { IoError } from '../paths/index.js';
import { listProcesses } from '../processes/index.js';
import { attemptAt, lstatOrNull } from '../handles/index.js';
import { printablePath, unlessAborted } from '../paths/index.js';
import { runChecked } from '../programs/index.js';
import { lookupUser } from './lookupIdentity.js';

/** What became of the account. @inline */
export interface UserRemoval {
  /** False when there was no such user. */
  readonly removed: boolean;
  /** The home, when it was kept because something is in it or it is not the user's. */
  readonly homeKept: string | undefined;
}

/** Processes run as this user. */
export interface UserBusy {
  readonly code: 'USER_BUSY';
  readonly message: string;
  readonly user: string;
  readonly pids: readonly number[];
}

/** The account is not a service user, and is never removed. */
export interface UserProtected {
  readonly code: 'USER_PROTECTED';
  readonly message: string;
  readonly user: string;
}

/** Why a service user was not removed. */
export type RemoveUserError = UserBusy | UserProtected | IdentityError | IoError;

/**
 * Removes an account that `createServiceUser` made, with its own group, and its home if that is empty.
 *
 * A home that is not empty is kept, owned by a uid without an account: files are never deleted.
 * Files elsewhere, crontabs and mail are not looked for. An account that is not there is an `Ok`; one that processes
 * run as, and any with uid 0, is refused. The signal stops it only before the first change.
 *
 * Errors: `USER_BUSY` with the pids; `USER_PROTECTED`; `IO`; the {@link IdentityError} of getent or userdel(8).
 *
 * @example
 * ```ts
 * import { removeServiceUser } from '@wca/runtime-sdk/posix';
 *
 * const removed = await removeServiceUser('opencode');
 * if (removed.isErr()) console.error(removed.error.code, removed.error.message);
 * else if (removed.value.homeKept !== undefined) console.log('kept', removed.value.homeKept);
 * ```
 */
export function removeServiceUser(
  name: string,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<UserRemoval, RemoveUserError> {
  return new ResultAsync(remove(name, options));
}

async function remove(
  name: string,
  options: { readonly signal?: AbortSignal },
): Promise<Result<UserRemoval, RemoveUserError>> {
  const found = await lookupUser(name, options);
  if (found.isErr()) {
    return found.error.code === 'USER_NOT_FOUND' ? ok({ removed: false, homeKept: undefined }) : err(found.error);
  }
  const { uid, home } = found.value;
  const user = shownName(name);
  if (!isServiceUserName(name) || uid === 0) {
    return err({
      code: 'USER_PROTECTED',
      message: `${user} (uid ${uid}) is not a service user and was not removed`,
      user,
    });
  }
  const processes = await listProcesses(options);
  if (processes.isErr()) return err(processes.error);
  const pids = processes.value.filter((one) => one.uid === uid || one.euid === uid).map((one) => one.pid);
  if (pids.length > 0) {
    const message = `${user} has running processes (${pids.slice(0, 5).join(', ')}); end them, then run again`;
    return err({ code: 'USER_BUSY', message, user, pids });
  }
  const goesOn = unlessAborted(options.signal, 'removing the user');
  if (goesOn.isErr()) return err(goesOn.error);
  // The home first: after a kill between the two, the account still says where the home was.
  const kept = await removeHome(home, uid);
  if (kept.isErr()) return err(kept.error);
  const deleted = await runChecked('userdel', ['--', name]);
  return deleted.map(() => ({ removed: true, homeKept: kept.value }));
}

/** rmdir(2) removes a directory only when it is empty, and never what a link leads to. */
async function removeHome(home: string, uid: number): Promise<Result<string | undefined, IoError>> {
  const stat = await lstatOrNull(home, home);
  if (stat.isErr()) return stat.error.errno === 'ENOTDIR' ? ok(undefined) : err(stat.error);
  if (stat.value === null) return ok(undefined);
  const shown = printablePath(home);
  if (!stat.value.isDirectory() || Number(stat.value.uid) !== uid) return ok(shown);
  const removed = await attemptAt(home, 'rmdir', rmdir);
  if (removed.isOk()) return ok(undefined);
  const { errno } = removed.error;
  return errno === 'ENOTEMPTY' || errno === 'EEXIST' || errno === 'EBUSY' ? ok(shown) : err(removed.error);
}
