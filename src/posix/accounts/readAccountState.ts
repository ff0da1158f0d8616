import { readFile } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IdentityError, User } from './identity.js';
import { programFailed, runProgram } from '../programs/index.js';
import { lookupUser } from './lookupIdentity.js';
import type { LookupOptions } from './lookupIdentity.js';

/** Whether and how an account can be used, beyond its being there. */
export interface AccountState {
  /**
   * `locked`: no password opens it (`!` or `*`, as service accounts have it); `none`: it is open without one;
   * `unknown`: only root may look.
   */
  readonly password: 'set' | 'locked' | 'none' | 'unknown';
  /** The first day on which PAM refuses the account (`2025-12-31`), passed or not; null when it has no end or is not known. */
  readonly expiresOn: string | null;
  /** That day has come: sudo(8), cron(8) and ssh refuse the account; systemd does not look. */
  readonly expired: boolean;
  /** The shell is in /etc/shells. Without that, sudo(8) may refuse to run commands as the user. */
  readonly shellListed: boolean;
  /** The shell is one that turns people away (nologin, false). */
  readonly shellRefuses: boolean;
}

/**
 * Reads whether an account is locked or expired and what its shell allows, from the name service and /etc/shells.
 *
 * The password itself goes nowhere. Not seen: rules of PAM and sshd, and what a directory service decides at login. An
 * ordinary user is told `password: 'unknown'`.
 *
 * Errors: `USER_NOT_FOUND`, `INVALID_USER_NAME`, or the {@link IdentityError} of `getent` failing. Source: shadow(5),
 * shells(5).
 */
export function readAccountState(name: string, options: LookupOptions = {}): ResultAsync<AccountState, IdentityError> {
  return lookupUser(name, options).andThen((user) => new ResultAsync(read(user, options)));
}

const DAY_MS = 86_400_000;

async function read({ name, shell }: User, options: LookupOptions): Promise<Result<AccountState, IdentityError>> {
  const shadow = await runProgram('getent', ['shadow', name], options);
  if (shadow.isErr()) return err(shadow.error);
  // 2: not found, which is also what those who may not look are told.
  const { exitCode, stdout } = shadow.value;
  if (exitCode !== 0 && exitCode !== 2)
    return err(programFailed('getent', shadow.value, 'the shadow entry could not be read'));
  const fields = exitCode === 0 ? stdout.trimEnd().split(':') : [];
  const expiry = /^\d+$/.test(fields[7] ?? '') ? Number(fields[7]) : null;
  const listed = await readFile('/etc/shells', 'utf8').catch(() => '');
  return ok({
    password: passwordState(fields[1]),
    expiresOn: expiry === null ? null : new Date(expiry * DAY_MS).toISOString().slice(0, 10),
    expired: expiry !== null && Date.now() >= expiry * DAY_MS,
    shellListed: listed.split('\n').includes(shell),
    shellRefuses: /\/(nologin|false)$/.test(shell),
  });
}

function passwordState(hash: string | undefined): AccountState['password'] {
  if (hash === undefined) return 'unknown';
  if (hash === '') return 'none';
  return /^[!*]/.test(hash) ? 'locked' : 'set';
}
