import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Lists what an overlay's upper layer changes against the lower one; see `Host.changedFiles`. */
export async function changedFiles(upper: string, lower: string): Promise<readonly string[]> {
  const found: string[] = [];
  await walk('');
  return found.sort();

  async function walk(below: string): Promise<void> {
    for (const entry of await readdir(join(upper, below), { withFileTypes: true })) {
      const path = `${below}/${entry.name}`;
      const now = await lstat(join(upper, path)).catch(() => null);
      if (now === null) continue; // gone since the listing
      if (isWhiteout(now)) {
        found.push(`-${path}`);
      } else if (now.isDirectory()) {
        if (differs(now, await lstat(join(lower, path)).catch(() => null))) found.push(path);
        await walk(path);
      } else found.push(path);
    }
  }
}

/** A deletion is kept in the upper layer as a character device 0:0. */
function isWhiteout(entry: Stats): boolean {
  return entry.isCharacterDevice() && entry.rdev === 0;
}

/** An unchanged directory is in the upper layer only because of something below it. */
function differs(now: Stats, before: Stats | null): boolean {
  if (before === null) return true;
  return now.uid !== before.uid || now.gid !== before.gid || now.mode !== before.mode; // the mode tells the type too
}
