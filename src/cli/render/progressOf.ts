import { undoTitle } from '../../recipes/engine/index.js';
import type { OnRunEvent } from '../../recipes/engine/index.js';
import type { Output } from '../createOutput.js';

/** Prints what a run is doing, line by line on stderr, with the time each step took. */
export function progressOf(output: Output): OnRunEvent {
  return (event) => {
    switch (event.type) {
      case 'run-started':
        // A run that finds everything satisfied leaves nothing of this name.
        return event.plan.changed ? output.log(`run ${event.runId}`) : undefined;
      case 'run-resumed':
        return output.log(`resuming run ${event.runId}`);
      case 'step-started':
        return output.detail(`[${event.index + 1}/${event.total}] ${event.step.title} …`);
      case 'step-progress':
        return output.log(`    ${event.message} (${seconds(event.elapsedMs)})`);
      case 'step-done':
        return event.changed
          ? output.log(`${output.style('green', '✓')} ${event.step.title} (${seconds(event.elapsedMs)})`)
          : output.detail(`= ${event.step.title}: nothing to do`);
      case 'step-failed':
        return output.log(`${output.style('red', '✗')} ${event.failure.error.message} (${seconds(event.elapsedMs)})`);
      case 'verification-started':
        return output.log('verifying …');
      case 'verification-done':
        return output.log(
          `${event.ok ? output.style('green', '✓') : output.style('red', '✗')} verification (${seconds(event.elapsedMs)})`,
        );
      case 'rollback-started':
        return output.log(`rolling back: ${event.steps} steps to undo`);
      case 'undo-started':
        return output.detail(`${undoTitle(event.step)} …`);
      case 'undo-done':
        return event.error === null
          ? output.log(`↩ ${undoTitle(event.step)} (${seconds(event.elapsedMs)})`)
          : output.log(`${output.style('red', '✗')} could not undo ${event.step.title}: ${event.error.message}`);
      case 'rollback-done':
        return output.log(event.complete ? 'everything is undone' : 'some steps could not be undone');
      case 'run-paused':
        return output.log('stopped between two steps, as requested');
    }
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
