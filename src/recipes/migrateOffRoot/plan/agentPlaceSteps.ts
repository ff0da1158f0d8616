import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { reclaimStep } from '../../steps/index.js';
import { needsWindow } from '../observe/needsWindow.js';
import { sweepOptions } from './sweepOptions.js';

/**
 * The agent's places: most of it while the service runs, and in the window, after `stop`, what the service wrote until it
 * was stopped.
 */
export function agentPlaceSteps(facts: MigrationFacts, stop?: RecipeStep): RecipeStep[] {
  return facts.agentPlaces.map(({ path, user, group }, index) =>
    step(reclaimStep, {
      id: `agent-place-${index + 1}${stop === undefined ? '' : '-again'}`,
      phase: stop === undefined ? 'before' : 'window',
      after: stop,
      args: {
        root: path,
        from: 0,
        to: { user, group },
        why:
          stop === undefined
            ? `the agent keeps its own files here, and ${facts.target.name} must be able to write them`
            : 'files that the old service wrote between the first sweep and its stop',
        ...sweepOptions(facts),
        ...(stop === undefined && needsWindow(facts) ? { sweptAgain: true } : {}),
      },
    }),
  );
}
