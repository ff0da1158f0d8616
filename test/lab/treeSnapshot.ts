import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from './host.js';

/** Path in the host → one line with type, owner, mode, modification time and content. */
export type TreeSnapshot = ReadonlyMap<string, string>;

/** Records every entry at and below the given paths of a host, from outside, following no link. */
export async function treeSnapshot(host: Host, paths: readonly string[]): Promise<TreeSnapshot> {
  const entries = new Map<string, string>();
  for (const path of paths) await record(path);
  return entries;

  async function record(path: string): Promise<void> {
    const outside = join(host.root, path);
    const stat = await lstat(outside).catch(() => null);
    if (stat === null) return;
    const owner = `${stat.uid}:${stat.gid} ${(stat.mode & 0o7777).toString(8).padStart(4, '0')}`;
    if (stat.isDirectory()) {
      entries.set(path, `directory ${owner}`);
      for (const name of (await readdir(outside)).sort()) await record(join(path, name));
    } else if (stat.isSymbolicLink()) {
      entries.set(path, `symlink ${owner} ${await readlink(outside)}`);
    } else if (stat.isFile()) {
      entries.set(path, `file ${owner} ${Math.floor(stat.mtimeMs)} ${await digestOf(outside, stat)}`);
    } else entries.set(path, `special ${owner}`);
  }
}

/** A change of content moves the time of the last change of the inode, which nobody can set. */
async function digestOf(path: string, stat: Stats): Promise<string> {
  const key = `${path} ${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
  const known = digests.get(key);
  if (known !== undefined) return known;
  const digest = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 16);
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
