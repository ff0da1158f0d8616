import { readdir, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { octalMode, printablePath, attempt } from '../../posix/paths/index.js';
import { probeAccess } from '../../posix/access/index.js';
import { ownTrees, writableDirectories } from '../host/index.js';
import { failed, passed } from './check.js';
import type { AcceptanceCheck } from './check.js';
import { listed, rootsEntries } from './rootsEntries.js';
import type { Subject } from './subject.js';

/** Point 6: nothing in wp-content is root's but what is left on purpose, and the managed mu-plugins can be read. */
export async function checkOwnership(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await checkRootOwned(subject), await checkMuPlugins(subject)];
}

async function checkRootOwned({ site, web, accepted }: Subject): Promise<AcceptanceCheck> {
  const id = 'root-owned';
  const trees = ownTrees(site.contentDir, await writableDirectories(site));
  const found = await rootsEntries(trees, web, accepted, web);
  if (found.isErr()) return failed(id, 6, found.error.message);
  const { toGive, stuck, left } = found.value;
  const where = trees.join(', ');
  const told = left.length === 0 ? '' : `; left on purpose: ${listed(left)}`;
  if (toGive > 0)
    return failed(id, 6, `${toGive} entries below ${where} are root's, and WordPress cannot replace them${told}`);
  return stuck.length === 0
    ? passed(id, 6, `nothing below ${where} is root's${told}`)
    : failed(
        id,
        6,
        `below ${where} these are root's or could not be looked at: ${listed(stuck)}; look at them, and verify with --leave-unsafe if they are to stay${told}`,
      );
}

async function checkMuPlugins({ site, web }: Subject): Promise<AcceptanceCheck> {
  const id = 'mu-plugins';
  const read = await attempt(() => readdir(site.muPluginsDir), 'readdir', site.muPluginsDir);
  if (read.isErr() && read.error.errno !== 'ENOENT') return failed(id, 6, read.error.message);
  const names = read.unwrapOr([]);
  const managed = names.filter((name) => name.startsWith('wp-coding-agents-') && name.endsWith('.php')).sort();
  for (const name of managed) {
    const path = join(site.muPluginsDir, name);
    const stat = await lstat(path).catch(() => null);
    const mode = (stat?.mode ?? 0) & 0o7777;
    if (mode !== 0o644) return failed(id, 6, `${printablePath(path)} is ${octalMode(mode)}; 0644 is wanted`);
    const readable = await probeAccess(path, web, 'read');
    if (readable.isErr()) return failed(id, 6, readable.error.message);
    if (!readable.value) return failed(id, 6, `${web.user.name} cannot read ${printablePath(path)}`);
  }
  return passed(
    id,
    6,
    managed.length === 0 ? 'no managed mu-plugins here' : `${managed.join(', ')}: 0644, read by ${web.user.name}`,
  );
}
