import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { unlessAborted } from '../../posix/paths/index.js';
import { lookupUser } from '../../posix/accounts/index.js';
import type { IdentityError, User } from '../../posix/accounts/index.js';
import { decideServiceIdentity } from './decideServiceIdentity.js';
import { installedUnits } from '../instance/index.js';
import { DEFAULT_SERVICE_ACCOUNT } from './serviceIdentity.js';
import type { DetectIdentityError, IdentityAccount, InstalledIdentity, ServiceIdentity } from './serviceIdentity.js';

/** What an installer asks with. @inline */
export interface DetectIdentityRequest {
  /** The installer's environment: `LOCAL_MODE`, `RUN_AS_ROOT`, `KIMAKI_DATA_DIR` (of Roadie's installs `ROADIE_DATA_DIR`). */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Decide as if no unit were installed. Default false. */
  readonly fresh?: boolean;
}

/**
 * Tells an installer which account to set the service up for: never root by default, and the installed account if a unit
 * is installed. Reads only.
 *
 * In this order: `LOCAL_MODE=true` keeps the account this runs as; `RUN_AS_ROOT=true` gives root; an installed unit's
 * identity is adopted, root's too, unless `fresh`; otherwise `opencode`. Every answer that is root carries a warning, and
 * `remedy` says how to move an installed service off root. A given `KIMAKI_DATA_DIR` is kept, or of another bridge its
 * variable. Of several units the plain one counts, and Roadie's before kimaki's, which it has replaced; without a plain one
 * they must agree.
 *
 * Installed units are read as files, drop-ins and `EnvironmentFile=` included, so no manager has to run. Units that only
 * root may read need root. It creates no account and no directory. Whether the account is fit to run the service is not
 * checked: `checkServiceUser` of posix tells.
 *
 * Errors: `SEVERAL_IDENTITIES`, `RELATIVE_PATH` and `PATH_NOT_UTF8` (of `KIMAKI_DATA_DIR`), `UNUSABLE_ACCOUNT` (the
 * default account is root); those of reading units and accounts.
 *
 * @example
 * ```ts
 * import { detectServiceIdentity } from '@wca/runtime-sdk/kimaki';
 *
 * const identity = await detectServiceIdentity({ env: process.env });
 * if (identity.isErr()) console.error(identity.error.code, identity.error.message);
 * else for (const warning of identity.value.warnings) console.warn(warning);
 * ```
 */
export function detectServiceIdentity(
  request: DetectIdentityRequest,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<ServiceIdentity, DetectIdentityError> {
  return new ResultAsync(detect(request, options.signal));
}

async function detect(
  { env, fresh = false }: DetectIdentityRequest,
  signal: AbortSignal | undefined,
): Promise<Result<ServiceIdentity, DetectIdentityError>> {
  const invoker = await invokingAccount(env);
  if (invoker.isErr()) return err(invoker.error);
  // LOCAL_MODE keeps the invoking account, which may not be allowed to read units.
  const isLocal = env.LOCAL_MODE === 'true';
  const units = isLocal ? ok([]) : await installedUnits();
  if (units.isErr()) return err(units.error);
  const installed: InstalledIdentity[] = [];
  for (const { unit, description } of units.value) {
    const go = unlessAborted(signal, 'reading the installed units');
    if (go.isErr()) return err(go.error);
    const { user, home, homeSource, dataDir, dataDirSource } = description;
    const account = await accountOf(user);
    if (account.isErr()) return err(account.error);
    installed.push({
      unit,
      user: account.value?.name ?? user,
      account: account.value,
      home: homeSource === 'environment' ? home : null,
      dataDir,
      dataDirSource,
    });
  }
  const standard = await accountOf(DEFAULT_SERVICE_ACCOUNT);
  if (standard.isErr()) return err(standard.error);
  return decideServiceIdentity({ env, fresh, invoker: invoker.value, installed, standard: standard.value });
}

/** Containers have uids without an account; such a uid goes by its number. */
async function invokingAccount(env: DetectIdentityRequest['env']): Promise<Result<IdentityAccount, IdentityError>> {
  const uid = process.geteuid?.() ?? 0;
  const account = await lookupUser(uid);
  if (account.isOk()) return ok(account.value);
  if (account.error.code !== 'USER_NOT_FOUND') return err(account.error);
  return ok({ name: String(uid), uid, home: env.HOME?.startsWith('/') === true ? env.HOME : '/' });
}

/** `User=` can be a uid. */
async function accountOf(user: string): Promise<Result<User | null, IdentityError>> {
  const account = await lookupUser(/^[0-9]+$/.test(user) ? Number(user) : user);
  if (account.isOk()) return ok(account.value);
  return ['USER_NOT_FOUND', 'INVALID_USER_NAME'].includes(account.error.code) ? ok(null) : err(account.error);
}
