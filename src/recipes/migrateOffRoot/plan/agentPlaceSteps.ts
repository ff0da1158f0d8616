import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { needsWindow } from '../observe/needsWindow.js';
import { sweepOptions } from './sweepOptions.js';

/** The agent's places: most of it while the service runs, and again what that wrote until it was stopped. */
export function agentPlaceSteps(facts: MigrationFacts, phase: 'before' | 'window'): RecipeStep[] {
  return facts.agentPlaces.map((place, index): RecipeStep => ({
    id: `agent-place-${index + 1}${phase === 'window' ? '-again' : ''}`,
    kind: 'posix.reclaim',
    phase,
    ...(phase === 'window' ? { after: 'hold' } : {}),
    args: {
      root: place.path,
      from: 0,
      to: { user: place.user, group: place.group },
      why:
        phase === 'window'
          ? 'what the old service wrote between the first sweep and its stop'
          : `the agent keeps this for itself, and ${facts.target.name} must be able to write it`,
      ...sweepOptions(facts),
      ...(phase === 'before' && needsWindow(facts) ? { sweptAgain: true } : {}),
    },
  }));
}
