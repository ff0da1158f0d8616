import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './host.js';

/** Path in the host → one line with type, owner, mode, modification time and content. */
export type TreeSnapshot = ReadonlyMap<string, string>;

/**
 * Records every entry at and below the given paths of a host, from outside, following no link. It is synchronous, because the
 * thread pool takes more time than the calls themselves, of which there are thousands.
 */
export function treeSnapshot(host: Host, paths: readonly string[]): TreeSnapshot {
  const entries = new Map<string, string>();
  for (const path of paths) record(path);
  return entries;

  function record(path: string): void {
    const outside = join(host.root, path);
    const stat = unlessGone(() => lstatSync(outside));
    if (stat === null) return;
    const owner = `${stat.uid}:${stat.gid} ${(stat.mode & 0o7777).toString(8).padStart(4, '0')}`;
    if (stat.isDirectory()) {
      entries.set(path, `directory ${owner}`);
      for (const name of (unlessGone(() => readdirSync(outside)) ?? []).sort()) record(join(path, name));
    } else if (stat.isSymbolicLink()) {
      entries.set(path, `symlink ${owner} ${unlessGone(() => readlinkSync(outside)) ?? ''}`);
    } else if (stat.isFile()) {
      const digest = unlessGone(() => digestOf(outside, stat)) ?? '';
      entries.set(path, `file ${owner} ${Math.floor(stat.mtimeMs)} ${digest}`);
    } else entries.set(path, `special ${owner}`);
  }
}

/** What services of a host remove meanwhile. */
function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A change of content moves the time of the last change of the inode, which nobody can set. */
function digestOf(path: string, stat: Stats): string {
  const key = `${path} ${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
  const known = digests.get(key);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
  digests.set(key, digest);
  return digest;
}

/** Campaigns look at the same trees hundreds of times. */
const digests = new Map<string, string>();

/** What differs between two snapshots: `+ path`, `- path`, or `~ path: before → after`. Empty when nothing does. */
export function compareSnapshots(before: TreeSnapshot, after: TreeSnapshot): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    if (was === is) return [];
    if (was === undefined) return [`+ ${path}: ${is ?? ''}`];
    return is === undefined ? [`- ${path}: ${was}`] : [`~ ${path}: ${was} → ${is}`];
  });
}
