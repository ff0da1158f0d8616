import type { UnitFiles } from './unitFiles.js';
import type { UnitSource } from '../document/index.js';

/** All files that systemd reads for a unit, in its order. */
export function sourcesOf({ fragment, dropIns }: UnitFiles): readonly UnitSource[] {
  return fragment === null ? dropIns : [fragment, ...dropIns];
}
