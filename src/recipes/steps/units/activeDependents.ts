import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { showUnit } from '../../../systemd/manager/index.js';
import type { StepFailure } from '../../engine/index.js';

/**
 * The units besides these that run and that a stop of these stops too, whatever depends on them in turn included; those that
 * are needed by others come first.
 *
 * A job that runs through and ends is not among them: it is started when it is due.
 */
export async function activeDependents(units: readonly string[]): Promise<Result<readonly string[], StepFailure>> {
  const seen = new Set(units);
  const active: string[] = [];
  // A Set gives what is added during the walk as well.
  for (const unit of seen) {
    const state = await showUnit(unit);
    if (state.isErr()) {
      // Named by a unit and not there: nothing that could run.
      if (state.error.code === 'UNIT_NOT_FOUND' && !units.includes(unit)) continue;
      return err(state.error);
    }
    if (!units.includes(unit) && state.value.activeState === 'active') active.push(unit);
    for (const other of state.value.stoppedAlong) seen.add(other);
  }
  return ok(active);
}
