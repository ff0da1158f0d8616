import type { IndexedName, UnitIndex } from './unitIndex.js';
import { instantiated, templateOf, unitNameForm, unitNameParts } from './unitName.js';

/** systemd's own limit. */
const MAX_ALIASES = 8;

/**
 * The file that a name stands for, aliases followed; null when it stands for none.
 *
 * Source: `unit_ids_map_get()` in systemd's src/basic/unit-file.c.
 */
function followed(index: UnitIndex, name: string): IndexedName | null {
  let current = name;
  for (let hops = 0; hops < MAX_ALIASES; hops += 1) {
    const template = hops === 0 ? null : templateOf(current);
    const entry = index.names.get(current) ?? (template === null ? undefined : index.names.get(template));
    if (entry === undefined) return null;
    if (entry.aliasOf === null) return entry;
    current = entry.aliasOf;
  }
  return null;
}

/** The file of a unit: under its name, or for an instance without one under that of its template. */
export function findFragment(index: UnitIndex, name: string): IndexedName | null {
  const template = templateOf(name);
  return followed(index, name) ?? (template === null ? null : followed(index, template));
}

/** All names of a unit, its main one first. */
export interface UnitNames {
  readonly id: string;
  /** Sorted. */
  readonly aliases: readonly string[];
  /** A name of the unit that is a unit with a file of its own as well; which of the two it is goes by what is loaded first. */
  readonly disputed: string | null;
}

/**
 * The names of a unit: the one asked for, the file's, and all aliases of the two.
 *
 * Source: `unit_file_find_fragment()` in systemd's src/basic/unit-file.c.
 *
 * @param fragment - what `findFragment` gave
 * @param isMasked - files that are empty or devices give nobody an alias
 */
export function findNames(
  index: UnitIndex,
  name: string,
  fragment: IndexedName | null,
  isMasked: boolean,
): UnitNames {
  if (fragment === null) return { id: name, aliases: [], disputed: null };
  const instance = unitNameParts(name)?.instance ?? null;
  const file = baseName(fragment.path);
  const ofFile = instantiated(file, instance === '' ? null : instance);
  const own = followed(index, ofFile);
  const isDisputed = own !== null && ofFile !== file && baseName(own.path) !== file;
  const id = isDisputed ? name : ofFile;
  const names = new Set([name, ofFile]);
  if (!isMasked) {
    for (const alias of aliasesOf(index, [name, file, ofFile])) {
      const instanceName = instance === null ? alias : instantiated(alias, instance);
      // An instance with a file of its own is no alias, though its template is.
      const other = instanceName === alias ? null : followed(index, instanceName);
      if (other === null || baseName(other.path) === file) names.add(instanceName);
    }
  }
  names.delete(id);
  return { id, aliases: [...names].sort(), disputed: isDisputed ? ofFile : null };
}

/** Every name that leads to one of these, a link from an instance to a template meaning that instance. */
function aliasesOf(index: UnitIndex, wanted: readonly string[]): readonly string[] {
  return [...index.names.keys()].filter((alias) => {
    const entry = followed(index, alias);
    if (entry === null) return false;
    const parts = unitNameParts(alias);
    const isInstance = parts !== null && unitNameForm(parts) === 'instance';
    const file = baseName(entry.path);
    return wanted.includes(isInstance ? instantiated(file, parts.instance) : file);
  });
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
