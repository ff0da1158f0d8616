/**
 * Gives what stands between `kimaki-` and `.service`, `''` for the plain `kimaki.service`, null for other units.
 *
 * Only the name is judged. A name with a slash, a blank or a control character belongs to no unit.
 */
export function instanceName(unit: string): string | null {
  if (unit === 'kimaki.service') return '';
  return /^kimaki-([A-Za-z0-9:_.\\@-]+)\.service$/.exec(unit)?.[1] ?? null;
}
