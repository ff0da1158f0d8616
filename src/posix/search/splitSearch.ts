import { closeSync, constants, opendirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { joinPath, utf8Text } from '../paths/index.js';
import { handleBudget, handlePath, openAt } from '../handles/index.js';

/** What one `find` looks at: its starting points, what it passes over, and how to read the paths it prints. */
export interface SearchPart {
  /** As arguments of find: `.`, or names below a pinned directory. */
  readonly starts: readonly string[];
  /** Byte strings as find would print them. */
  readonly prune: readonly string[];
  /** Turns a printed path into one relative to the top: both byte strings. */
  readonly relative: (printed: string) => string;
}

/** Parts that together cover a tree once, and what has to be closed when all are done. */
export interface SplitSearch {
  readonly parts: readonly SearchPart[];
  close(): void;
}

interface Unit {
  readonly parent: number;
  readonly path: string;
  readonly name: string;
}

/** Beyond this many names a directory is not worth being listed twice. */
const MAX_NAMES = 4096;
/** Each one given away is one more name the first part has to pass over. */
const MAX_UNITS = 256;
/** Fewer are not worth starting programs for. */
const MIN_UNITS = 16;

/**
 * Divides a tree among several `find`: subdirectories of the first two levels go to the others in turn, the first part
 * takes the top and whatever is not given away, also what appears there meanwhile.
 *
 * Each subdirectory is named by the handle of the directory above it, never by a path that could lead through a link.
 * Trees that hold little, or that cannot be listed, stay whole.
 *
 * @param top - an O_PATH handle of a directory
 * @param prune - relative byte strings
 */
export function splitSearch(top: number, prune: readonly string[]): SplitSearch {
  const held: number[] = [];
  const close = (): void => {
    for (const fd of held.splice(0)) closeSync(fd);
  };
  const workers = Math.min(availableParallelism(), 4);
  const units = workers > 1 ? unitsOf(top, new Set(prune), held) : [];
  if (units.length < MIN_UNITS || units.length > MAX_UNITS) {
    close();
    return wholeSearch(prune);
  }
  const shares = Array.from({ length: 2 * workers }, (_, n) =>
    units.filter((_unit, index) => index % (2 * workers) === n),
  );
  const taken = units.map((unit) => joinPath(unit.path, unit.name));
  return { parts: [topPart([...prune, ...taken]), ...shares.map((share) => sharePart(share, prune))], close };
}

/** One part for everything. */
export function wholeSearch(prune: readonly string[]): SplitSearch {
  return { parts: [topPart(prune)], close: () => undefined };
}

function topPart(prune: readonly string[]): SearchPart {
  return { starts: ['.'], prune: prune.map((path) => `./${path}`), relative: (printed) => printed.slice(2) };
}

function sharePart(units: readonly Unit[], prune: readonly string[]): SearchPart {
  const above = new Map(units.map((unit) => [`${handlePath(unit.parent)}/`, unit.path]));
  const start = ({ parent, name }: Unit): string => `${handlePath(parent)}/${name}`;
  const inside = (unit: Unit): string[] => {
    const prefix = `${joinPath(unit.path, unit.name)}/`;
    return prune.filter((path) => path.startsWith(prefix)).map((path) => `${start(unit)}/${path.slice(prefix.length)}`);
  };
  const lengths = handlePath(0).length - 1;
  return {
    starts: units.map((unit) => utf8Text(start(unit)) ?? ''),
    prune: units.flatMap(inside),
    relative: (printed) => {
      const slash = printed.indexOf('/', lengths) + 1;
      return joinPath(above.get(printed.slice(0, slash)) ?? '', printed.slice(slash));
    },
  };
}

/** Subdirectories of the second level, or of the first where there is no second or no handle to spare. */
function unitsOf(top: number, pruned: ReadonlySet<string>, held: number[]): readonly Unit[] {
  const units: Unit[] = [];
  const maxHeld = Math.floor(handleBudget().way / 2);
  for (const name of subdirectories(top) ?? []) {
    if (pruned.has(name) || units.length > MAX_UNITS) continue;
    const fd = held.length < maxHeld ? pin(top, name) : null;
    if (fd === null) {
      units.push({ parent: top, path: '', name });
      continue;
    }
    held.push(fd);
    const below = (subdirectories(fd) ?? []).filter((inner) => !pruned.has(joinPath(name, inner)));
    if (below.length > 1) units.push(...below.map((inner) => ({ parent: fd, path: name, name: inner })));
    else units.push({ parent: top, path: '', name });
  }
  return units;
}

/** Names of directories that can be an argument (which has to be UTF-8); null when there are too many names. */
function subdirectories(fd: number): readonly string[] | null {
  const names: string[] = [];
  let directory;
  try {
    directory = opendirSync(handlePath(fd), { encoding: 'latin1', bufferSize: 256 });
  } catch {
    // This process may not list it: the find that searches it reports that.
    return null;
  }
  try {
    for (let seen = 0; seen <= MAX_NAMES; seen += 1) {
      const entry = directory.readSync();
      if (entry === null) return names;
      if (entry.isDirectory() && utf8Text(entry.name) !== null) names.push(entry.name);
    }
    return null;
  } catch {
    return null;
  } finally {
    directory.closeSync();
  }
}

function pin(directory: number, name: string): number | null {
  try {
    const fd = openAt(directory, name, constants.O_DIRECTORY);
    return typeof fd === 'number' ? fd : null;
  } catch {
    return null;
  }
}
