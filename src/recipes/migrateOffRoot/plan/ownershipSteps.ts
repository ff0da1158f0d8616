import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { sweepOptions } from './sweepOptions.js';

/** The agent's own: its home and what it left lying about. */
export function ownershipSteps(facts: MigrationFacts, phase: 'before' | 'window'): RecipeStep[] {
  const { target, leftovers, state } = facts;
  const to = { user: target.name, group: facts.targetGroup };
  const moved = state.moves.length > 0 ? { after: `move-${state.moves.length}` } : {};
  const owned = (id: string, root: string, exclude: readonly string[], why: string, reader?: string): RecipeStep => ({
    id,
    kind: 'posix.reclaim',
    phase,
    ...moved,
    args: {
      root,
      from: 0,
      to,
      why,
      exclude,
      mayBeGone: root !== target.home,
      ...(reader === undefined ? {} : { reader }),
      ...sweepOptions(facts),
    },
  });
  return [
    owned(
      'home-owner',
      target.home,
      target.keptEntries,
      `what root wrote in the home of ${target.name} stops the service with EACCES`,
    ),
    // A service clears up behind itself when it stops. Anyone may have moved a secret of root's under such a name:
    // what the account could not read before is not given to it.
    ...leftovers.map((path, index) =>
      owned(
        `leftover-${index + 1}`,
        path,
        [],
        `left behind by the root service in a shared place, where ${target.name} could not replace it`,
        target.name,
      ),
    ),
  ];
}
