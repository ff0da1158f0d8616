import type { SudoHop } from '../../../kimaki/dispatch/index.js';
import { SHARED_UMASK } from '../../../kimaki/identity/index.js';
import { defaultWatchMs } from '../../../systemd/watch/index.js';
import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import { rewriteSteps } from '../../host/index.js';
import type { MigrationFacts } from '../../host/index.js';
import {
  assertNoProcessesStep,
  keepProgramsStep,
  startUnitsStep,
  stopUnitsStep,
  verifyRewriteStep,
} from '../../steps/index.js';
import type { StartUnitsArgs } from '../../steps/index.js';
import { homePathSteps, moveSteps, statePathSteps } from './moveSteps.js';
import { homeOwnerSteps, secretOwnerSteps, siteOwnerSteps, stateOwnerSteps } from './ownerSteps.js';

/** How long a process may take to end after its service was stopped. */
const GRACE_SECONDS = 10;
/** How long a message may take to be sent. */
const SENDING_SECONDS = 30;

/** What the steps of the window refer to. */
interface Around {
  /** Steps before it; each list has one step or none. */
  readonly user: readonly RecipeStep[];
  readonly recovery: readonly RecipeStep[];
  /** How WordPress reaches the agent after it, where that is through sudo. */
  readonly hop: SudoHop | null;
}

/** The stop window, and what is verified on a copy before it; `start` is its last step. */
export function windowSteps(
  facts: MigrationFacts,
  { user, recovery, hop }: Around,
): { readonly steps: readonly RecipeStep[]; readonly start: RecipeStep } {
  const { unit, state, companions } = facts;
  const activators = companions.filter(({ kind }) => kind === 'activator').map(({ name }) => name);
  const services = companions.filter(({ kind }) => kind === 'service').map(({ name }) => name);
  // Stopped in this order and started in reverse: the service itself is down for the shortest time.
  const units = [...activators, ...services, unit.name];
  const processesOf = (paths: readonly string[]): NonNullable<StartUnitsArgs['noProcesses']> => ({
    paths,
    units: [...services, unit.name],
    graceSeconds: GRACE_SECONDS,
  });
  const isMoving = state.moves.length > 0;
  const { dispatch, site } = facts;
  // The uid of sudo changes while it runs.
  const callers = hop === null ? { program: dispatch.command, uid: site.uid } : { program: hop.target.path, uid: null };

  const stop = step(stopUnitsStep, { id: 'stop', phase: 'window', args: { units } });
  const noProcesses = step(assertNoProcessesStep, {
    id: 'no-processes',
    phase: 'window',
    after: stop,
    args: processesOf(isMoving ? state.moves.map(({ from }) => from) : [state.newDataDir]),
  });
  const statePaths = statePathSteps(facts);
  // Never the unit of one side with the state of the other. Undone in this order: the units are stopped, the unit files
  // restored, the state moved back; only then may the mask, the safety unit and the account go.
  const earlier = [...user, ...recovery, stop, ...statePaths];
  const programs = programSteps(facts, { stop, undoneBefore: earlier });
  const undoneLast = [...earlier, ...programs];
  const stateOwners = stateOwnerSteps(facts, statePaths[0] ?? stop);
  const { steps: moving, moves } = moveSteps(facts, [...undoneLast, ...stateOwners]);
  const homeOwners = homeOwnerSteps(facts, 'window', moves.at(-1));
  const homePaths = homePathSteps(facts, homeOwners.at(-1));
  const secretOwners = secretOwnerSteps(facts, 'window', stop);
  const ownership = [...stateOwners, ...homeOwners, ...secretOwners];
  const rewrites = rewriteSteps(facts, [...undoneLast, ...moves, ...ownership, ...homePaths]);
  const start = step(startUnitsStep, {
    id: 'start',
    phase: 'window',
    after: stop,
    ends: [stop, noProcesses],
    // A service that could not be stopped keeps its account, its state and its unit. The mask and the safety unit may go:
    // where the safety unit is what kept the service from starting, it must.
    undoneBefore: [...user, ...statePaths, ...programs, ...moves, ...ownership, ...homePaths, ...rewrites],
    args: {
      ...startArgs(facts, units),
      // Without a move, no state is moved back from under a process that writes.
      ...(isMoving
        ? { noProcesses: { ...processesOf(state.moves.map(({ to }) => to)), callers, graceSeconds: SENDING_SECONDS } }
        : {}),
    },
  });
  const steps = [
    ...rewrites.map(({ id, args }) => step(verifyRewriteStep, { id: `${id}-verified`, phase: 'before', args })),
    stop,
    noProcesses,
    ...statePaths,
    ...programs,
    ...stateOwners,
    ...moving,
    ...homeOwners,
    ...homePaths,
    ...secretOwners,
    ...siteOwnerSteps(facts, { when: 'window', stop }),
    ...rewrites,
    start,
  ];
  return { steps, start };
}

/**
 * Keeps the programs of a service that runs as root, for the way back. After the paths in the state were rewritten, which is
 * undone only once the programs are as they were then.
 */
function programSteps(
  { unit, companions, state, target, site, agentPlaces, leftovers }: MigrationFacts,
  { stop, undoneBefore }: { readonly stop: RecipeStep; readonly undoneBefore: readonly RecipeStep[] },
): RecipeStep[] {
  if (!['', 'root', '0'].includes(unit.loadedUser)) return [];
  // Whatever the agent owns or shares afterwards, it can change.
  const open = [target.home, ...site.writable, ...agentPlaces.map(({ path }) => path), ...leftovers];
  const moves = state.moves.map(({ from, to }) => ({ from, to }));
  const units = [...companions.filter(({ kind }) => kind === 'service'), unit].map(({ name, files }) => ({
    name,
    files: files.map(({ path }) => path),
  }));
  const args = { units, moves, open: [...new Set(open)] };
  return [step(keepProgramsStep, { id: 'programs', phase: 'window', after: stop, undoneBefore, args })];
}

function startArgs(
  { unit, companions, dependents, target, options, state }: MigrationFacts,
  units: readonly string[],
): StartUnitsArgs {
  const active = [unit, ...companions].filter((each) => each.active).map(({ name }) => name);
  return {
    units,
    start: active,
    ...(dependents.length === 0 ? {} : { dependents }),
    health: !unit.active
      ? null
      : {
          unit: unit.name,
          user: target.name,
          umask: SHARED_UMASK,
          watchSeconds: options.hold ?? defaultWatchMs(unit.restartSeconds * 1_000_000) / 1000,
          ports: unit.listeningPorts,
          stateDir: unit.holdsState ? state.newDataDir : null,
        },
  };
}
