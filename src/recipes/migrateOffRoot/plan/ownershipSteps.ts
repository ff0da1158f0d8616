import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { reclaimStep } from '../../steps/index.js';
import { sweepOptions } from './sweepOptions.js';

/** The agent's own files: its home and what it left in shared places. `moved` is the last move of the state. */
export function ownershipSteps(facts: MigrationFacts, phase: 'before' | 'window', moved?: RecipeStep): RecipeStep[] {
  const { target, leftovers } = facts;
  const to = { user: target.name, group: facts.targetGroup };
  const home = step(reclaimStep, {
    id: 'home-owner',
    phase,
    after: moved,
    args: {
      root: target.home,
      from: 0,
      to,
      why: `the service fails with EACCES on files of root in the home of ${target.name}`,
      exclude: target.keptEntries,
      mayBeGone: false,
      ...sweepOptions(facts),
    },
  });
  // Anyone may have moved a secret of root's to such a name: what the account could not read before stays root's. A
  // service may remove these files itself when it stops.
  const left = leftovers.map((root, index) =>
    step(reclaimStep, {
      id: `leftover-${index + 1}`,
      phase,
      after: moved,
      args: {
        root,
        from: 0,
        to,
        why: `the root service left it in a shared place, where ${target.name} could not replace it`,
        exclude: [],
        mayBeGone: true,
        reader: target.name,
        ...sweepOptions(facts),
      },
    }),
  );
  return [home, ...left];
}
