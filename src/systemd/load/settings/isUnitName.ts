import { unitNameParts } from '../../names/index.js';

/**
 * What systemd takes for the name of a unit where another unit mentions it: `unit_name_is_valid()`. `checkUnitName` is
 * stricter, and is for input.
 */
export function isUnitName(name: string): boolean {
  return unitNameParts(name) !== null;
}

/** Whether `Slice=` takes this: the name of a slice and no instance. Whether its dashes name parents is judged later. */
export function isSliceName(name: string): boolean {
  return isUnitName(name) && name.endsWith('.slice') && !name.includes('@');
}
