import { showUnit } from '../../../systemd/manager/index.js';
import type { UnitState } from '../../../systemd/manager/index.js';

/** How long the last stop of a service lasted, in milliseconds; of several the longest. Null where none was stopped and started. */
export async function lastDowntime(units: readonly string[]): Promise<number | null> {
  const shown = await Promise.all(units.map((unit) => showUnit(unit)));
  return longestDowntime(shown.flatMap((unit) => (unit.isOk() ? [unit.value] : [])));
}

/** From the last stop to the start after it, of several services the longest; pure. */
export function longestDowntime(
  units: readonly Pick<UnitState, 'activeEnterUsec' | 'activeExitUsec'>[],
): number | null {
  const known = units.flatMap(({ activeEnterUsec, activeExitUsec }) => {
    if (activeEnterUsec === null || activeExitUsec === null || activeEnterUsec < activeExitUsec) return [];
    return [Math.round((activeEnterUsec - activeExitUsec) / 1000)];
  });
  return known.length === 0 ? null : Math.max(...known);
}
