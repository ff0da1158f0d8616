import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { renderRestartRule } from '../../../kimaki/dispatch/index.js';
import type { SudoHopError } from '../../../kimaki/dispatch/index.js';
import { SHARED_UMASK } from '../../../kimaki/identity/index.js';
import { fpmUmaskDropIn } from '../../../wordpress/fpm/index.js';
import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import { hopOf, hopSteps, managedFileArgs } from '../../host/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { composeAgentsStep, createUserStep, serviceUmaskStep, sudoersStep } from '../../steps/index.js';
import { needsWindow } from '../observe/needsWindow.js';
import { homeOwnerSteps, secretOwnerSteps, sharedWritingSteps } from './ownerSteps.js';
import { recoveryOffSteps, recoverySteps } from './recoverySteps.js';
import { dispatchSteps, muPluginsSteps, siteSteps } from './siteSteps.js';
import { windowSteps } from './windowSteps.js';

/**
 * The migration as data: the steps, in the order in which they are carried out, for a host like this.
 *
 * Pure. Ordered by downtime: what can be done while the old service runs comes first, the stop window holds
 * only what must be in it, the rest follows the start. The window is left out where neither a unit nor the
 * state has to change, so a host that is already migrated has nothing stopped.
 *
 * @param facts - what was observed; every refusal was checked before
 * @param together - every instance that is moved with this one, itself among them; `mergeSteps` makes one list of theirs
 * @returns the steps, or why a value cannot be used in a sudo rule
 */
export function migrationSteps(
  facts: MigrationFacts,
  together: readonly MigrationFacts[] = [facts],
): Result<readonly RecipeStep[], SudoHopError> {
  const hop = facts.dispatch.strategy === 'sudo-hop' ? hopOf(facts) : ok(null);
  if (hop.isErr()) return err(hop.error);
  const restart = restartSteps(facts);
  if (restart.isErr()) return err(restart.error);
  const user = userSteps(facts, together);
  const muPlugins = muPluginsSteps(facts.site);
  const hasWindow = together.some(needsWindow);
  const recovery = hasWindow ? recoverySteps(together) : [];
  const dispatchPhase = hasWindow ? 'after' : 'before';
  const window = hasWindow ? windowSteps(facts, { user, recovery }, together) : null;
  const steps: RecipeStep[] = [
    ...user,
    ...recovery,
    ...siteSteps(facts, muPlugins, hasWindow, together),
    ...restart.value,
    ...(window?.steps ?? [...homeOwnerSteps(facts, 'before'), ...secretOwnerSteps(facts, 'before')]),
    // Opened last and closed first: in a rollback, no message may reach the agent while its state moves back.
    ...hopSteps(hop.value, dispatchPhase),
    ...dispatchSteps(facts, dispatchPhase, muPlugins, together),
    ...fpmSteps(facts),
    ...(window === null ? [] : sharedWritingSteps(facts, { when: 'after', start: window.start })),
    ...agentsFileSteps(facts),
    ...recoveryOffSteps(together, recovery),
  ];
  // An account that does not exist yet has no uid: what needs it is checked after it was created.
  const [waitsFor] = facts.target.uid === null ? user : [];
  return ok(steps.map((one) => (waitsFor === undefined || one === waitsFor ? one : later(one, waitsFor))));
}

function later(one: RecipeStep, earlier: RecipeStep): RecipeStep {
  return one.after === undefined ? { ...one, after: earlier.id } : one;
}

function userSteps({ target, options }: MigrationFacts, together: readonly MigrationFacts[]): RecipeStep[] {
  if (options.createUser !== true) return [];
  const groups = [...new Set(together.map(({ site }) => site.group))];
  const args = { name: target.name, home: target.home, shell: target.shell, groups };
  return [step(createUserStep, { id: 'user', phase: 'before', args })];
}

/** The rule by which the agent restarts its own unit, where that was asked for. */
function restartSteps({ options, unit, target }: MigrationFacts): Result<readonly RecipeStep[], SudoHopError> {
  if (options.allowRestart !== true) return ok([]);
  const why = `lets ${target.name} restart ${unit.name}, and nothing else`;
  return renderRestartRule(unit.name, target.name).map((file) => [
    step(sudoersStep, { id: 'restart-rule', phase: 'before', args: managedFileArgs(file, 'sudoers', why) }),
  ]);
}

function fpmSteps({ fpm, options }: MigrationFacts): RecipeStep[] {
  const dropIn = fpm === null || options.noFpmUmask === true ? null : fpmUmaskDropIn(fpm.unit).unwrapOr(null);
  if (fpm === null || dropIn === null) return [];
  const args = { unit: fpm.unit, umask: SHARED_UMASK, path: dropIn.path, content: dropIn.content };
  return [step(serviceUmaskStep, { id: 'fpm-umask', phase: 'after', args })];
}

function agentsFileSteps({ agentsFile, site, target }: MigrationFacts): RecipeStep[] {
  if (agentsFile === null) return [];
  const args = { site: site.root, user: target.name, gid: site.gid };
  return [step(composeAgentsStep, { id: 'agents-file', phase: 'after', args })];
}
