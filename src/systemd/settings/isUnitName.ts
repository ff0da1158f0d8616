const SUFFIXES = 'service|socket|target|device|mount|automount|swap|timer|path|slice|scope';

/** What systemd takes for the name of a unit or instance when another unit mentions it: `unit_name_is_valid()`. */
const UNIT_NAME = new RegExp(String.raw`^(?!@)[A-Za-z0-9:_.\\@-]+\.(?:${SUFFIXES})$`);

/** Whether this can be the name of a unit, templates left out. `checkUnitName` is stricter, and is for input. */
export function isUnitName(name: string): boolean {
  return name.length < 256 && UNIT_NAME.test(name) && !/@\.[a-z]+$/.test(name);
}

/** Whether `Slice=` takes this: the name of a slice and no instance. Whether its dashes name parents is judged later. */
export function isSliceName(name: string): boolean {
  return isUnitName(name) && name.endsWith('.slice') && !name.includes('@');
}
