import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { resolveDispatchBinary } from '../../kimaki/dispatch/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { BinaryFacts } from './facts.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** What the service's program is called, whatever directory it is in. */
const NAME = 'kimaki';

/**
 * The one kimaki that the service user and WordPress can both execute, links and interpreters included, and that lies in
 * nobody's home.
 *
 * An account that is yet to be made is in no group that would let it in anywhere: WordPress's answer stands for it.
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
    `no ${NAME} in the system prefix can be executed by ${who}` +
    `${why.length === 0 ? '' : ` (${why.join('; ')})`}; install it there, for example with: npm install --global --prefix /usr kimaki`;
  return err(refusal('BINARY_UNREACHABLE', message));
}
