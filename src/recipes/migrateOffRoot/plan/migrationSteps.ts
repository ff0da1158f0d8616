import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { SudoHopError } from '../../../kimaki/dispatch/index.js';
import type { RecipeStep } from '../../engine/index.js';
import { afterSteps } from './afterSteps.js';
import { dispatchSteps } from './dispatchSteps.js';
import type { MigrationFacts } from '../../host/index.js';
import { hopOf, hopSteps } from '../../host/index.js';
import { needsWindow } from '../observe/needsWindow.js';
import { ownershipSteps } from './ownershipSteps.js';
import { recoverySteps } from './recoverySteps.js';
import { siteSteps } from './siteSteps.js';
import { sideSteps, windowSteps } from './windowSteps.js';

/**
 * The migration as data: the steps, in the order in which they are carried out, for a host like this.
 *
 * Pure. Ordered by downtime: what can be done while the old service runs comes first, the stop window holds
 * only what must be in it, the rest follows the start. The window is left out where neither a unit nor the
 * state has to change, so a host that is already migrated has nothing stopped.
 *
 * @param facts - what was observed, refusals already behind it
 * @returns the steps, or why a value cannot stand in a sudo rule
 *
 * @example
 * ```ts
 * import { migrationSteps } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 * import type { MigrationFacts } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * function phases(facts: MigrationFacts): string {
 *   const steps = migrationSteps(facts);
 *   if (steps.isErr()) return steps.error.message;
 *   return steps.value.map(({ phase, id }) => `${phase} ${id}`).join('\n');
 * }
 * console.log(phases.name);
 * ```
 */
export function migrationSteps(facts: MigrationFacts): Result<readonly RecipeStep[], SudoHopError> {
  const hop = facts.dispatch.strategy === 'sudo-hop' ? hopOf(facts) : ok(null);
  if (hop.isErr()) return err(hop.error);
  const window = needsWindow(facts);
  const sides = window ? sideSteps(facts) : [];
  const recovery = window ? recoverySteps(facts, sides) : { on: [], off: [] };
  const steps: RecipeStep[] = [
    // A unit that says User= of no account does not start, and state in its home would be nobody's.
    ...accountSteps(facts, window ? [...sides, 'start'] : []),
    ...recovery.on,
    ...siteSteps(facts),
    ...hopSteps(hop.value),
    ...(window ? windowSteps(facts) : [...ownershipSteps(facts, 'before'), ...dispatchSteps(facts, 'before')]),
    ...afterSteps(facts),
    ...recovery.off,
  ];
  // An account that is not there yet has no uid: what needs it is looked at after it was made.
  const waits = facts.target.uid === null;
  return ok(
    steps.map((step) => (waits && step.id !== 'user' && step.after === undefined ? { ...step, after: 'user' } : step)),
  );
}

function accountSteps({ target, site, options }: MigrationFacts, undoNeeds: readonly string[]): RecipeStep[] {
  if (options.createUser !== true) return [];
  const args = { name: target.name, home: target.home, shell: target.shell, groups: [site.group] };
  return [{ id: 'user', kind: 'posix.createUser', phase: 'before', undoNeeds, args }];
}
