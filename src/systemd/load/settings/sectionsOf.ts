import { UNIT_TYPES } from '../../names/index.js';

/** The sections that systemd reads in a unit of this name; it warns of others and ignores them. */
export function sectionsOf(name: string): readonly string[] {
  const own = UNIT_TYPES.get(name.slice(name.lastIndexOf('.') + 1))?.section ?? null;
  return own === null ? ['Unit', 'Install'] : ['Unit', 'Install', own];
}
