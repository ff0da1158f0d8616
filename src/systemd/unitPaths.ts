import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkUnitName } from './checkUnitName.js';

/** Where systemd looks for units and their drop-ins, first one first: systemd.unit(5), "System Unit Search Path". */
const UNIT_DIRECTORIES = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/run/systemd/generator.late',
];

/** Every path from which systemd might read something for a unit. Nothing of it has been opened. */
export interface UnitPaths {
  /** The unit file: the first that is a file or link, or whatever else has the name; null when there is none. */
  readonly fragment: string | null;
  /** All `*.conf` for it, those too that others of the same name hide. */
  readonly dropIns: readonly string[];
  /** The unit's names and those of its directories of drop-ins, an instance as its template. */
  readonly mentions: ReadonlySet<string>;
}

/** Looks from the files alone; no manager is needed. What cannot be read is taken for empty. */
export async function unitPaths(name: string): Promise<UnitPaths> {
  const names = await allNames(name);
  const directories = [...new Set(names.flatMap(dropInDirectories))];
  const places = UNIT_DIRECTORIES.flatMap((place) => directories.map((directory) => `${place}/${directory}`));
  const found = await Promise.all(places.map(listConf));
  return { fragment: await findFragment(name), dropIns: found.flat(), mentions: new Set([...names.map(templateOf), ...directories.map(templateOf)]) };
}

/** The name itself, its template, and what links in the unit directories make another name of one of these. */
async function allNames(name: string): Promise<readonly string[]> {
  const links = (await Promise.all(UNIT_DIRECTORIES.map(linksIn))).flat();
  const names = new Set([name, templateOf(name)]);
  for (let size = 0; size !== names.size;) {
    size = names.size;
    for (const [link, target] of links) {
      if (names.has(link)) names.add(target);
      if (names.has(target)) names.add(link);
    }
  }
  return [...names];
}

async function linksIn(directory: string): Promise<readonly (readonly [link: string, target: string])[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const links = entries.filter((entry) => entry.isSymbolicLink()).map((entry) => entry.name);
  const targets = await Promise.all(links.map((link) => readlink(`${directory}/${link}`).catch(() => '')));
  return links
    .map((link, i) => [link, basename(targets[i] ?? '')] as const)
    .filter(([link, target]) => checkUnitName(link).isOk() && checkUnitName(target).isOk());
}

/** `foo@.service` for an instance of it, and so for its directory of drop-ins; any other name as it is. */
export function templateOf(name: string): string {
  return name.replace(/@.*(?=\.[a-z]+(?:\.d)?$)/, '@');
}

/** `foo-bar.service.d`, and those it shares with others: `foo-.service.d`, `service.d`. */
function dropInDirectories(name: string): readonly string[] {
  const type = name.slice(name.lastIndexOf('.') + 1);
  const stem = name.slice(0, -type.length - 1);
  const prefixes = [...stem.matchAll(/-(?=.)/g)].map(({ index }) => stem.slice(0, index + 1));
  return [stem, ...prefixes].map((prefix) => `${prefix}.${type}.d`).concat(`${type}.d`);
}

async function listConf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory).catch(() => []);
  return entries.filter((entry) => /^[^.].*\.conf$/.test(entry)).map((entry) => `${directory}/${entry}`);
}

async function findFragment(name: string): Promise<string | null> {
  let other: string | null = null;
  for (const wanted of new Set([name, templateOf(name)])) {
    for (const place of UNIT_DIRECTORIES) {
      const path = `${place}/${wanted}`;
      const found = await lstat(path).catch(() => null);
      // systemd passes over a FIFO or directory of this name.
      if (found?.isFile() === true || found?.isSymbolicLink() === true) return path;
      if (found !== null) other ??= path;
    }
  }
  return other;
}

/** The first of these files that systemd would wait for, or read without end, with what it is. */
export async function findBlocking(
  paths: readonly string[],
): Promise<{ readonly path: string; readonly found: 'fifo' | 'block' } | null> {
  for (const path of paths) {
    const found = await stat(path).catch(() => null);
    if (found?.isFIFO() === true) return { path, found: 'fifo' };
    if (found?.isBlockDevice() === true) return { path, found: 'block' };
  }
  return null;
}
