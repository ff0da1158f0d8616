import { BRIDGES } from './bridge.js';
import type { Bridge } from './bridge.js';

/** An instance of a bridge, by the name of its unit. */
export interface BridgeInstance {
  readonly bridge: Bridge;
  /** What stands between `kimaki-` and `.service`; `''` for the plain `kimaki.service`. */
  readonly instance: string;
}

/**
 * Tells which instance of which bridge a unit is; null for other units.
 *
 * Only the name is judged. A name with a slash, a blank or a control character belongs to no unit.
 */
export function bridgeOfUnit(unit: string): BridgeInstance | null {
  for (const bridge of BRIDGES) {
    if (unit === bridge.unit) return { bridge, instance: '' };
    if (bridge.instancePrefix === null || !unit.startsWith(bridge.instancePrefix)) continue;
    const instance = /^([A-Za-z0-9:_.\\@-]+)\.service$/.exec(unit.slice(bridge.instancePrefix.length))?.[1];
    if (instance !== undefined) return { bridge, instance };
  }
  return null;
}

/** Gives the instance that a unit's name tells (`''` for the plain unit of a bridge), null for other units. */
export function instanceName(unit: string): string | null {
  return bridgeOfUnit(unit)?.instance ?? null;
}

/** The bridge whose command a program is, by its name: `/usr/bin/kimaki`, `kimaki.js`; null for another program. */
export function bridgeOfProgram(path: string): Bridge | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return BRIDGES.find(({ program }) => name.startsWith(program)) ?? null;
}
