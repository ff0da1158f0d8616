import { showUnit } from '../../../systemd/manager/index.js';

/** How long the last stop of a service lasted, in milliseconds; of several the longest. Null where none was stopped and started. */
export async function lastDowntime(units: readonly string[]): Promise<number | null> {
  const down = await Promise.all(units.map(downtimeOf));
  const known = down.filter((one) => one !== null);
  return known.length === 0 ? null : Math.max(...known);
}

async function downtimeOf(name: string): Promise<number | null> {
  const unit = await showUnit(name);
  if (unit.isErr()) return null;
  const { activeEnterUsec, activeExitUsec } = unit.value;
  if (activeEnterUsec === null || activeExitUsec === null || activeEnterUsec < activeExitUsec) return null;
  return Math.round((activeEnterUsec - activeExitUsec) / 1000);
}
