import { KIMAKI } from './bridge.js';

/**
 * Gives what stands between `kimaki-` and `.service`, `''` for the plain `kimaki.service`, null for other units.
 *
 * Only the name is judged. A name with a slash, a blank or a control character belongs to no unit.
 */
export function instanceName(unit: string): string | null {
  if (unit === KIMAKI.unit) return '';
  const prefix = `${KIMAKI.name}-`;
  return unit.startsWith(prefix)
    ? (/^([A-Za-z0-9:_.\\@-]+)\.service$/.exec(unit.slice(prefix.length))?.[1] ?? null)
    : null;
}
