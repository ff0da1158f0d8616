import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { readAccountState } from '../../../posix/accounts/index.js';
import { cannotObserve, refusal } from '../../host/index.js';
import type { MigrationRefusal } from '../../host/index.js';

/**
 * Refuses accounts that have expired: systemd starts a service as an expired account, while sudo and cron refuse it, which
 * would show only in the final verification. Source: pam_unix(8), sudo(8).
 */
export async function refuseAccounts(names: readonly string[]): Promise<Result<void, MigrationRefusal>> {
  for (const name of names) {
    const state = await readAccountState(name);
    if (state.isErr()) return err(cannotObserve(state.error));
    const refused = refuseExpired(name, state.value);
    if (refused.isErr()) return err(refused.error);
  }
  return ok(undefined);
}

/** Refuses an account by what is known of it. Pure. */
export function refuseExpired(
  name: string,
  { expired, expiresOn }: { readonly expired: boolean; readonly expiresOn: string | null },
): Result<void, MigrationRefusal> {
  if (!expired) return ok(undefined);
  const message = `the account ${name} expired on ${expiresOn ?? 'an unknown day'}, so sudo and cron refuse it`;
  return err(refusal('TARGET_UNUSABLE', name, message, remedy.command('chage', '-E', '-1', name)));
}
