import { readdir, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, octalMode, printablePath } from '../../posix/paths/index.js';
import { probeAccess, readableBy } from '../../posix/access/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import { isManagedName, isPluginFile, managedMode } from '../../wordpress/blocks/index.js';
import { remedy } from '../../posix/findings/index.js';
import { ownTrees, writableDirectories } from '../host/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import { judgeRootsEntries, rootsEntries } from './rootsEntries.js';
import type { Subject } from './subject.js';

/** Point 6: root owns nothing in wp-content but what is left on purpose, and WordPress can read the managed mu-plugins. */
export async function checkOwnership(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await checkRootOwned(subject), await checkMuPlugins(subject)];
}

async function checkRootOwned({ site, web, accepted }: Subject): Promise<AcceptanceCheck> {
  const verdicts = verdictsOf('root-owned', 6, site.path);
  const trees = ownTrees(site.contentDir, await writableDirectories(site));
  const found = await rootsEntries(trees, web, accepted, web);
  return found.match(
    (entries) => judgeRootsEntries(verdicts, trees, 'WordPress', entries),
    ({ message }) => verdicts.failed(message),
  );
}

async function checkMuPlugins({ site, web }: Subject): Promise<AcceptanceCheck> {
  const { passed, failed } = verdictsOf('mu-plugins', 6, site.muPluginsDir);
  const read = await attempt(() => readdir(site.muPluginsDir), 'readdir', site.muPluginsDir);
  if (read.isErr() && read.error.errno !== 'ENOENT') return failed(read.error.message);
  const names = read.unwrapOr([]);
  const managed = names.filter(isManagedName).sort();
  const left: string[] = [];
  for (const name of managed) {
    const path = join(site.muPluginsDir, name);
    const stat = await lstat(path).catch(() => null);
    const mode = (stat?.mode ?? 0) & 0o7777;
    const shown = printablePath(path);
    const wanted = octalMode(managedMode(mode));
    if (octalMode(mode) !== wanted && (await isLeft(path))) {
      left.push(`${shown} (private)`);
      continue;
    }
    if (octalMode(mode) !== wanted)
      return failed(`${shown} is ${octalMode(mode)}; ${wanted} is wanted`, remedy.command('chmod', wanted, path));
    const readable = await probeAccess(path, web, 'read');
    if (readable.isErr()) return failed(readable.error.message);
    if (!readable.value) {
      const asked = remedy.call('explainAccess', path, { as: web.user.name, for: 'read' });
      return failed(`${web.user.name} cannot read ${shown}`, asked);
    }
  }
  const kept = left.length === 0 ? '' : `; left on purpose, for they are no plugins: ${left.join(', ')}`;
  const told = `${managed.join(', ')}: for everyone to read, and ${web.user.name} can read them${kept}`;
  return passed(managed.length === 0 ? 'there are no managed mu-plugins' : told);
}

/** The step that sets modes leaves what is no plugin and not for everyone to read. */
async function isLeft(path: string): Promise<boolean> {
  const file = await readRegularFile(path);
  if (file.isErr()) return false;
  const { bytes, mode, uid, gid } = file.value;
  return !isPluginFile(bytes) && !readableBy('everyone')({ type: 'file', mode, uid, gid });
}
