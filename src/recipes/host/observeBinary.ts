import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { KIMAKI } from '../../kimaki/bridges/index.js';
import { remedy } from '../../posix/findings/index.js';
import { resolveDispatchBinary } from '../../kimaki/dispatch/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { BinaryFacts } from './facts.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** The name of the service's program. */
const NAME = KIMAKI.program;

/**
 * Finds a kimaki outside all homes that the service user and WordPress can both execute, links and interpreters included.
 *
 * An account that does not exist yet is in no group that would open anything to it, so only WordPress is asked then.
 */
export async function observeBinary(
  service: Identity | null,
  web: Identity,
): Promise<Result<BinaryFacts, MigrationRefusal>> {
  const identities = service === null ? [web] : [service, web];
  const found = await resolveDispatchBinary({ name: NAME, users: identities });
  if (found.isErr()) return err(cannotObserve(found.error));
  const { path, candidates } = found.value;
  if (path !== null) return ok({ name: NAME, path });
  const why = candidates.map(
    (each) => `${each.path}: ${each.reason ?? 'refused'}${each.blockedAt === null ? '' : ` at ${each.blockedAt}`}`,
  );
  const who = identities.map(({ user }) => user.name).join(' and ');
  const message =
    `no ${NAME} in the system prefix can be executed by ${who}` + `${why.length === 0 ? '' : ` (${why.join('; ')})`}`;
  const install = remedy.command('npm', 'install', '--global', '--prefix', '/usr', NAME);
  return err(refusal('BINARY_UNREACHABLE', NAME, message, install));
}
