import { sudoHopPaths } from '../../../kimaki/dispatch/index.js';
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
}

/**
 * The stop window, and what is verified on a copy before it; `start` is its last step.
 *
 * @param together - every instance that is moved with this one, itself among them: all are stopped before anything moves, and
 * started when everything has moved
 */
export function windowSteps(
  facts: MigrationFacts,
  { user, recovery }: Around,
  together: readonly MigrationFacts[] = [facts],
): { readonly steps: readonly RecipeStep[]; readonly start: RecipeStep } {
  const { state } = facts;
  const companions = together.flatMap((one) => one.companions);
  const namesOf = (kind: 'activator' | 'service'): readonly string[] => [
    ...new Set(companions.filter((one) => one.kind === kind).map(({ name }) => name)),
  ];
  const services = namesOf('service');
  const agents = together.map(({ unit }) => unit.name);
  // Stopped in this order and started in reverse: the service itself is down for the shortest time.
  const units = [...namesOf('activator'), ...services, ...agents];
  const processesOf = (paths: readonly string[]): NonNullable<StartUnitsArgs['noProcesses']> => ({
    paths,
    units: [...services, ...agents],
    graceSeconds: GRACE_SECONDS,
  });
  const isMoving = state.moves.length > 0;

  const stop = step(stopUnitsStep, { id: 'stop', phase: 'window', args: { units } });
  const noProcesses = step(assertNoProcessesStep, {
    id: 'no-processes',
    phase: 'window',
    after: stop,
    args: processesOf(
      isMoving ? state.moves.map(({ from }) => from) : [...new Set(together.map((one) => one.state.newDataDir))],
    ),
  });
  const statePaths = statePathSteps(facts);
  // Never the unit of one side with the state of the other. Undone in this order: the units are stopped, the unit files
  // restored, the state moved back; only then may the mask, the safety unit and the account go.
  const earlier = [...user, ...recovery, stop, ...statePaths];
  const programs = programSteps(together, { stop, undoneBefore: earlier });
  const undoneLast = [...earlier, ...programs];
  const stateOwners = stateOwnerSteps(facts, statePaths[0] ?? stop);
  const { steps: moving, moves } = moveSteps(facts, [...undoneLast, ...stateOwners], agents);
  const homeOwners = homeOwnerSteps(facts, 'window', moves.at(-1));
  const homePaths = homePathSteps(facts, homeOwners.at(-1));
  const secretOwners = secretOwnerSteps(facts, 'window', stop);
  const ownership = [...stateOwners, ...homeOwners, ...secretOwners];
  const rewrites = rewriteSteps(facts, [...undoneLast, ...moves, ...ownership, ...homePaths], together);
  const start = step(startUnitsStep, {
    id: 'start',
    phase: 'window',
    after: stop,
    ends: [stop, noProcesses],
    // A service that could not be stopped keeps its account, its state and its unit. The mask and the safety unit may go:
    // where the safety unit is what kept the service from starting, it must.
    undoneBefore: [...user, ...statePaths, ...programs, ...moves, ...ownership, ...homePaths, ...rewrites],
    args: {
      ...startArgs(together, units),
      // Without a move, no state is moved back from under a process that writes.
      ...(isMoving
        ? {
            noProcesses: {
              ...processesOf(state.moves.map(({ to }) => to)),
              callers: callersOf(together),
              graceSeconds: SENDING_SECONDS,
            },
          }
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
    ...siteOwnerSteps(facts, { when: 'window', stop }, together),
    ...rewrites,
    start,
  ];
  return { steps, start };
}

/** What starts the agents to send a message: behind a hop its target, since the uid of sudo changes while it runs. */
function callersOf(together: readonly MigrationFacts[]): NonNullable<NoProcesses['callers']> {
  return together.map(({ dispatch, unit, site }) =>
    dispatch.strategy === 'sudo-hop'
      ? { program: sudoHopPaths(unit.instance).target, uid: null }
      : { program: dispatch.command, uid: site.uid },
  );
}

type NoProcesses = NonNullable<StartUnitsArgs['noProcesses']>;

/**
 * Keeps the programs of the services that run as root, for the way back. After the paths in the state were rewritten, which is
 * undone only once the programs are as they were then.
 */
function programSteps(
  together: readonly MigrationFacts[],
  { stop, undoneBefore }: { readonly stop: RecipeStep; readonly undoneBefore: readonly RecipeStep[] },
): RecipeStep[] {
  const roots = together.filter(({ unit }) => ['', 'root', '0'].includes(unit.loadedUser));
  const [first] = roots;
  if (first === undefined) return [];
  // Whatever the agent owns or shares afterwards, it can change.
  const open = together.flatMap(({ target, site, agentPlaces, leftovers }) => [
    target.home,
    ...site.writable,
    ...agentPlaces.map(({ path }) => path),
    ...leftovers,
  ]);
  const moves = first.state.moves.map(({ from, to }) => ({ from, to }));
  const companions = roots.flatMap((one) => one.companions).filter(({ kind }) => kind === 'service');
  const units = [...companions, ...roots.map(({ unit }) => unit)].map(({ name, files }) => ({
    name,
    files: files.map(({ path }) => path),
  }));
  const args = { units: [...new Map(units.map((one) => [one.name, one])).values()], moves, open: [...new Set(open)] };
  return [step(keepProgramsStep, { id: 'programs', phase: 'window', after: stop, undoneBefore, args })];
}

function startArgs(together: readonly MigrationFacts[], units: readonly string[]): StartUnitsArgs {
  const all = [...together.map(({ unit }) => unit), ...together.flatMap(({ companions }) => companions)];
  const active = [...new Set(all.filter((each) => each.active).map(({ name }) => name))];
  const dependents = [...new Set(together.flatMap((one) => one.dependents))].filter((name) => !units.includes(name));
  const [first = null, ...others] = together.filter(({ unit }) => unit.active).map(healthOf);
  return {
    units,
    start: active,
    ...(dependents.length === 0 ? {} : { dependents }),
    health: first,
    ...(others.length === 0 ? {} : { others }),
  };
}

function healthOf({ unit, target, options, state }: MigrationFacts): NonNullable<StartUnitsArgs['health']> {
  return {
    unit: unit.name,
    user: target.name,
    umask: SHARED_UMASK,
    watchSeconds: options.hold ?? defaultWatchMs(unit.restartSeconds * 1_000_000) / 1000,
    ports: unit.listeningPorts,
    stateDir: unit.holdsState ? state.newDataDir : null,
  };
}
