import { SHARED_UMASK } from '../../../kimaki/identity/index.js';
import { defaultHoldSeconds } from '../../../systemd/watch/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { ReleaseUnitsArgs } from '../../steps/index.js';
import { agentPlaceSteps } from './agentPlaceSteps.js';
import { dispatchSteps } from './dispatchSteps.js';
import type { MigrationFacts } from '../../host/index.js';
import { moveIds, moveSteps, statePathSteps } from './moveSteps.js';
import { ownershipSteps } from './ownershipSteps.js';
import { rewriteSteps } from '../../host/index.js';
import { siteOwnerSteps } from './siteOwnerSteps.js';

/** How long a process may take to go after its service was stopped. */
const GRACE_SECONDS = 10;

/** The stop window, and what is tried aside before it. */
export function windowSteps(facts: MigrationFacts): RecipeStep[] {
  const { unit, state, companions } = facts;
  const rewrites = rewriteSteps(facts);
  const activators = companions.filter(({ kind }) => kind === 'activator').map(({ name }) => name);
  const services = companions.filter(({ kind }) => kind === 'service').map(({ name }) => name);
  // Stopped in this order and started in reverse: the service itself is down for the shortest time.
  const units = [...activators, ...services, unit.name];
  const sources = state.moves.map(({ from }) => from);
  // Never the unit of one side with the state of the other: going back, the unit decides first.
  const moves = moveSteps(facts, idsOf(rewrites));
  return [
    ...rewrites.map((step): RecipeStep => ({
      ...step,
      id: `${step.id}-verified`,
      kind: 'kimaki.verifyRewrite',
      phase: 'before',
    })),
    {
      id: 'hold',
      kind: 'systemd.holdUnits',
      phase: 'window',
      args: { units },
      until: 'start',
      undoNeeds: sideSteps(facts),
    },
    {
      id: 'quiet',
      kind: 'posix.quiesced',
      phase: 'window',
      after: 'hold',
      until: 'start',
      args: {
        paths: sources.length > 0 ? sources : [state.newDataDir],
        units: [...services, unit.name],
        graceSeconds: GRACE_SECONDS,
      },
    },
    ...statePathSteps(facts, [...moveIds(facts), ...idsOf(rewrites), 'start']),
    ...moves,
    // Given back to root under a service that could not be stopped or put back, its state would be closed to it.
    ...ownershipSteps(facts, 'window').map((step): RecipeStep => ({
      ...step,
      undoNeeds: [...idsOf(rewrites), 'start'],
    })),
    ...siteOwnerSteps(facts, 'window'),
    ...agentPlaceSteps(facts, 'window'),
    ...rewrites.map((step): RecipeStep => ({ ...step, undoNeeds: ['start'] })),
    ...dispatchSteps(facts, 'window'),
    {
      id: 'start',
      kind: 'systemd.releaseUnits',
      phase: 'window',
      after: 'hold',
      args: {
        ...releaseArgs(facts, units),
        // Without a move nothing goes back from under a process that writes.
        ...(sources.length === 0
          ? {}
          : {
              quiet: {
                paths: state.moves.map(({ to }) => to),
                units: [...services, unit.name],
                graceSeconds: GRACE_SECONDS,
              },
            }),
      },
    },
  ];
}

/** Ids of the steps that put state and units on the one side or the other. */
export function sideSteps(facts: MigrationFacts): readonly string[] {
  return [...moveIds(facts), ...idsOf(rewriteSteps(facts))];
}

function releaseArgs(
  { unit, companions, dependents, target, options, state }: MigrationFacts,
  units: readonly string[],
): ReleaseUnitsArgs {
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
          holdSeconds: options.hold ?? defaultHoldSeconds(unit.restartSeconds),
          ports: unit.listeningPorts,
          stateDir: unit.holdsState ? state.newDataDir : null,
        },
  };
}

function idsOf(steps: readonly RecipeStep[]): readonly string[] {
  return steps.map(({ id }) => id);
}
