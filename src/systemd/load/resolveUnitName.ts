import type { IndexedName, UnitIndex } from './unitIndex.js';
import { instantiated, templateOf, unitNameForm, unitNameParts } from '../names/index.js';

/** systemd's own limit. */
const MAX_ALIASES = 8;

/**
 * The file that a name stands for, aliases followed; null when it stands for none, `loop` when it leads back to itself.
 *
 * Source: `unit_ids_map_get()` in systemd's src/basic/unit-file.c.
 */
function followed(index: UnitIndex, name: string): IndexedName | 'loop' | null {
  let current = name;
  for (let hops = 0; hops < MAX_ALIASES; hops += 1) {
    const template = hops === 0 ? null : templateOf(current);
    const entry = index.names.get(current) ?? (template === null ? undefined : index.names.get(template));
    if (entry === undefined) return null;
    if (entry.aliasOf === null) return entry;
    current = entry.aliasOf;
  }
  return 'loop';
}

/** The file of a unit: under its name, or for an instance without one under that of its template. */
export function findFragment(index: UnitIndex, name: string): IndexedName | null {
  const template = templateOf(name);
  const own = followed(index, name);
  const found = own === null && template !== null ? followed(index, template) : own;
  return found === 'loop' ? null : found;
}

/** A name that leads to the file at a path. */
export interface Alias {
  readonly name: string;
  readonly path: string;
}

/**
 * Every name that leads to the unit or to its file, a link from an instance to a template meaning that instance.
 *
 * Source: `unit_file_build_name_map()` in systemd's src/basic/unit-file.c, "reverse db".
 */
export function findAliases(index: UnitIndex, name: string, fragment: IndexedName): readonly Alias[] {
  const wanted = [name, baseName(fragment.path)];
  return [...index.names.keys()].flatMap((alias) => {
    const entry = followed(index, alias);
    if (entry === null || entry === 'loop') return [];
    const parts = unitNameParts(alias);
    const isInstance = parts !== null && unitNameForm(parts) === 'instance';
    const file = baseName(entry.path);
    const meant = isInstance ? instantiated(file, parts.instance) : file;
    return wanted.includes(meant) ? [{ name: alias, path: entry.path }] : [];
  });
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
 * An instance may have more names when it was loaded under another one of them before.
 *
 * Source: `unit_file_find_fragment()` in systemd's src/basic/unit-file.c, `merge_by_names()` in src/core/load-fragment.c.
 *
 * @param fragment - what `findFragment` gave
 * @param aliases - of what `findAliases` gave those whose file is neither empty, a device nor missing
 */
export function findNames(
  index: UnitIndex,
  name: string,
  fragment: IndexedName | null,
  aliases: readonly Alias[],
): UnitNames {
  if (fragment === null) return { id: name, aliases: [], disputed: null };
  const instance = unitNameParts(name)?.instance ?? null;
  const file = baseName(fragment.path);
  const ofFile = instantiated(file, instance === '' ? null : instance);
  const isDisputed = ofFile !== file && isOther(followed(index, ofFile), file);
  const names = new Set(ofFile === file ? [name, file] : [name]);
  for (const alias of aliases) {
    const own = instance === null ? alias.name : instantiated(alias.name, instance);
    // An instance with a file of its own is no alias, though its template is.
    if (own === alias.name || !isOther(followed(index, own), file)) names.add(own);
  }
  // A template's own name is not among those its instance is called by, unless it is one of the aliases.
  const id = names.has(ofFile) ? ofFile : name;
  names.add(ofFile);
  names.delete(id);
  return { id, aliases: [...names].sort(), disputed: isDisputed ? ofFile : null };
}

function isOther(found: ReturnType<typeof followed>, file: string): boolean {
  return found !== null && found !== 'loop' && baseName(found.path) !== file;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
