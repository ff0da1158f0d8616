import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../../../kimaki/bridges/index.js';
import type { Bridge } from '../../../kimaki/bridges/index.js';
import { findOwnProgram, isOwnProgram, lostAbilities, readAbilityFacts } from '../../../kimaki/abilities/index.js';
import type { KimakiInstance } from '../../../kimaki/instance/index.js';
import type { LostAbility, OwnProgram } from '../../../kimaki/abilities/index.js';
import type { Identity } from '../../../posix/accounts/index.js';
import type { MigrationOptions, MigrationRefusal, StateFacts, Target } from '../../host/index.js';
import { cannotObserve, refusal } from '../../host/index.js';
import { remedy } from '../../../posix/findings/index.js';
import type { Remedy } from '../../../posix/findings/index.js';

/**
 * The abilities that the agent loses; none where the service is unprivileged already.
 *
 * @param given - what it gets: the unit that it may restart, and where it may install packages
 */
export async function observeAbilities(
  instance: KimakiInstance,
  target: Target,
  state: StateFacts,
  reclaimed: readonly string[],
  given: { readonly mayRestart?: string; readonly npmPrefix?: string },
): Promise<Result<readonly LostAbility[], MigrationRefusal>> {
  const oldHome = instance.accountHome;
  if (oldHome === null || instance.user === target.facts.name) return ok([]);
  const facts = await readAbilityFacts({
    bridge: bridgeNamed(instance.bridge),
    oldUser: instance.user,
    oldHome,
    newIdentity: target.likely,
    moved: state.moves
      .filter(({ from }) => from.startsWith(`${oldHome}/`))
      .map(({ from }) => from.slice(oldHome.length + 1)),
    lockPort: instance.lockPort,
    ...(given.npmPrefix === undefined ? {} : { npmPrefix: given.npmPrefix }),
    execStart: [instance.binary ?? '', ...instance.args].join(' '),
  });
  return facts.isErr()
    ? err(cannotObserve(facts.error))
    : ok(
        lostAbilities({
          ...facts.value,
          leftovers: facts.value.leftovers.filter((path) => !reclaimed.includes(path)),
          ...(given.mayRestart === undefined ? {} : { mayRestart: given.mayRestart }),
        }),
      );
}

/**
 * The program that the agent has for itself, where that is to be used, or is used already; null where not. Refuses where it is
 * asked for and there is none.
 */
export async function observeOwnProgram(
  { ownPrefix = false }: Pick<MigrationOptions, 'ownPrefix'>,
  bridge: Bridge,
  { facts, identity }: Target,
  instance: Pick<KimakiInstance, 'user' | 'binary'>,
): Promise<Result<OwnProgram | null, MigrationRefusal>> {
  if (!ownPrefix) return ok(await ownProgramInUse(bridge, identity, instance));
  const { name, home } = facts;
  if (bridge.noUpgrade === null) {
    const message = `${bridge.title} does not upgrade itself, so it needs no prefix of its own`;
    return err(refusal('INVALID_OPTIONS', name, message, remedy.text('plan without that option')));
  }
  const prefix = `${home}/.npm-global`;
  const npm = (...words: readonly string[]): Remedy =>
    remedy.command('runuser', '-u', name, '--', 'env', '-C', '/', ...words);
  const way = remedy.inOrder(
    npm('npm', 'config', 'set', 'prefix', prefix),
    npm('npm', 'install', '--global', bridge.package),
    remedy.text('plan again'),
  );
  if (identity === null) {
    const message = `${name} does not exist yet, so it has no ${bridge.program} of its own`;
    return err(refusal('BINARY_UNREACHABLE', name, message, remedy.inOrder(remedy.text(`create ${name}`), way)));
  }
  const found = await findOwnProgram(bridge, identity);
  return found.mapErr(({ message }) => refusal('BINARY_UNREACHABLE', name, message, way));
}

/** A later plan leaves it as it is. */
async function ownProgramInUse(
  bridge: Bridge,
  identity: Identity | null,
  { user, binary }: Pick<KimakiInstance, 'user' | 'binary'>,
): Promise<OwnProgram | null> {
  if (identity === null || binary === null || user !== identity.user.name) return null;
  if (!(await isOwnProgram(binary, identity.user.home, bridge.package))) return null;
  const found = (await findOwnProgram(bridge, identity)).unwrapOr(null);
  return found?.path === binary ? found : null;
}
