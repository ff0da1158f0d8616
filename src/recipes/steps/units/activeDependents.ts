import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { showUnit } from '../../../systemd/manager/index.js';
import type { StepFailure } from '../../engine/index.js';

/**
 * The other active units that a stop of these stops too, with the units that depend on those; a unit comes before those
 * that depend on it.
 *
 * A job (`Type=oneshot`) that has ended is not among them: it is started when it is due.
 */
export async function activeDependents(units: readonly string[]): Promise<Result<readonly string[], StepFailure>> {
  const seen = new Set(units);
  const active: string[] = [];
  // Iterating a Set includes what is added meanwhile.
  for (const unit of seen) {
    const state = await showUnit(unit);
    if (state.isErr()) {
      // A unit refers to it and it does not exist: nothing can run.
      if (state.error.code === 'UNIT_NOT_FOUND' && !units.includes(unit)) continue;
      return err(state.error);
    }
    if (!units.includes(unit) && state.value.activeState === 'active') active.push(unit);
    for (const other of state.value.stoppedAlong) seen.add(other);
  }
  return ok(active);
}
