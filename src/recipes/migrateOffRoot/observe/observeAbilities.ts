import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../../../kimaki/bridges/index.js';
import { lostAbilities, readAbilityFacts } from '../../../kimaki/abilities/index.js';
import type { KimakiInstance } from '../../../kimaki/instance/index.js';
import type { LostAbility } from '../../../kimaki/abilities/index.js';
import type { MigrationOptions, MigrationRefusal, StateFacts, Target } from '../../host/index.js';
import { cannotObserve } from '../../host/index.js';

/** The abilities that the agent loses; none where the service is unprivileged already. */
export async function observeAbilities(
  instance: KimakiInstance,
  target: Target,
  state: StateFacts,
  reclaimed: readonly string[],
  { allowRestart = false }: Pick<MigrationOptions, 'allowRestart'>,
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
    execStart: [instance.binary ?? '', ...instance.args].join(' '),
  });
  return facts.isErr()
    ? err(cannotObserve(facts.error))
    : ok(
        lostAbilities({
          ...facts.value,
          leftovers: facts.value.leftovers.filter((path) => !reclaimed.includes(path)),
          ...(allowRestart ? { mayRestart: instance.unit } : {}),
        }),
      );
}
