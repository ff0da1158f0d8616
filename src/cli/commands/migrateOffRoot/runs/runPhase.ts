import type { RunEvent } from '../../../../recipes/engine/index.js';

/** Where a run is: before its stop window, in it, or after it. */
export type Phase = 'before' | 'window' | 'after';

/** Where a run is, by what it tells. */
export interface RunPhase {
  readonly now: Phase;
  /** Takes one event, and gives a line for the system's journal where it begins or ends the run or its stop window. */
  take(event: RunEvent): string | undefined;
}

/** Follows a run through its stop window, forward or back. */
export function runPhase(): RunPhase {
  let now: Phase = 'before';
  let since = 0;
  const moveTo = (phase: Phase): string | undefined => {
    if (phase === now || (phase === 'before' && now === 'after')) return undefined;
    const left = now;
    now = phase;
    if (phase === 'window') {
      since = performance.now();
      return 'stop window begins: the agent is down from here';
    }
    return left === 'window'
      ? `stop window ends after ${((performance.now() - since) / 1000).toFixed(1)} s`
      : undefined;
  };
  return {
    get now() {
      return now;
    },
    take: (event) => {
      switch (event.type) {
        case 'run-started':
          return event.plan.changed ? `run ${event.runId} begins` : undefined;
        case 'run-resumed':
          return `run ${event.runId} goes on`;
        case 'step-started':
          return moveTo(event.step.phase);
        case 'undo-started':
          // In reverse: what comes after the window is undone before it.
          return moveTo(event.step.phase === 'window' ? 'window' : now === 'window' ? 'after' : now);
        case 'verification-started':
        case 'run-paused':
        case 'rollback-done':
          return now === 'window' ? moveTo('after') : undefined;
        case 'step-progress':
        case 'step-done':
        case 'step-failed':
        case 'verification-done':
        case 'rollback-started':
        case 'undo-done':
          return undefined;
      }
    },
  };
}
