import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAtOrBelow } from '../../posix/paths/index.js';

/** Read-only for a unit with `ProtectSystem=full`; with `yes`, all but `/etc`. Source: systemd.exec(5). */
const SYSTEM = ['/etc', '/usr', '/boot', '/efi'];

/** Where other accounts, sites and jobs keep their files. */
const GUARDED = ['/home', '/root', '/srv', '/opt', '/var/www', '/var/spool', '/var/backups'];

/** What is in a directory, links left out; nothing where it cannot be read. */
export type ListDirectory = (
  path: string,
) => Promise<readonly { readonly name: string; readonly isDirectory: boolean }[]>;

/**
 * The settings of a unit that may write these paths, with what is below them and names beside them, and of what else is in
 * `/etc`, `/usr`, `/boot`, homes, sites and `/var/spool` nothing.
 *
 * No path that the unit moves becomes a mount of its own, since a rename between mounts fails (EXDEV): instead of making a
 * directory read-only and one path in it writable, what is beside that path is made read-only. What is made there
 * meanwhile by others is not protected.
 */
export async function sandboxOf(
  paths: readonly string[],
  list: ListDirectory = listDirectory,
): Promise<readonly string[]> {
  const writable = new Set<string>();
  for (const path of paths.filter((one) => SYSTEM.some((root) => isAtOrBelow(one, root)))) {
    writable.add(await existingDirectory(dirname(path), list));
    if (await isDirectory(path, list)) writable.add(path);
  }
  // A system directory of which an entry itself is written is guarded entry by entry.
  const isWide = (path: string): boolean => SYSTEM.includes(path);
  const planned = [...paths, ...[...writable].filter((path) => !isWide(path))];
  const readOnly: string[] = [];
  for (const root of [...GUARDED, ...[...writable].filter(isWide)])
    readOnly.push(...(await beside(root, planned, list)));
  return [
    // Of two settings for one path the stricter counts, so that ReadWritePaths=/etc would open nothing.
    `ProtectSystem=${writable.has('/etc') ? 'yes' : 'full'}`,
    ...[...writable].filter((path) => path !== '/etc').map((path) => `ReadWritePaths=${propertyWord(path)}`),
    ...[...new Set(readOnly)].map((path) => `ReadOnlyPaths=${propertyWord(`-${path}`)}`),
  ];
}

/** What to make read-only at or below a directory so that only the planned paths, and names beside them, can be written. */
async function beside(path: string, planned: readonly string[], list: ListDirectory): Promise<readonly string[]> {
  if (planned.some((one) => isAtOrBelow(path, one))) return [];
  if (!planned.some((one) => isAtOrBelow(one, path))) return [path];
  const found: string[] = [];
  for (const { name } of await list(path)) found.push(...(await beside(join(path, name), planned, list)));
  return found;
}

async function existingDirectory(path: string, list: ListDirectory): Promise<string> {
  if (path === '/' || SYSTEM.includes(path) || (await isDirectory(path, list))) return path;
  return existingDirectory(dirname(path), list);
}

async function isDirectory(path: string, list: ListDirectory): Promise<boolean> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (await list(dirname(path))).some((entry) => entry.name === name && entry.isDirectory);
}

/** Links are left out: a mount would be made at their target. So are names that systemd takes in no setting. */
async function listDirectory(path: string): ReturnType<ListDirectory> {
  const names = await readdir(path).catch(() => []);
  const entries = await Promise.all(
    names.map(async (name) => ({ name, stat: await lstat(join(path, name)).catch(() => null) })),
  );
  return entries.flatMap(({ name, stat }) =>
    // eslint-disable-next-line no-control-regex -- those are what is left out
    stat === null || stat.isSymbolicLink() || /[\x00-\x1f\x7f\ufffd]/.test(name)
      ? []
      : [{ name, isDirectory: stat.isDirectory() }],
  );
}

/** One word of a setting that is given to systemd-run, where `%` needs no escape. */
export function propertyWord(word: string): string {
  return /^[\w./+@,:-]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`;
}
