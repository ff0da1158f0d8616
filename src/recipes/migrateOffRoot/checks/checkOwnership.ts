import { readdir, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { printablePath, probeAccess, reclaim } from '../../../posix/index.js';
import { rootsOnPurpose } from '../../steps/reclaimStep.js';
import { failed, passed } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 6: nothing in wp-content is root's but what is left on purpose, and the managed mu-plugins can be read. */
export async function checkOwnership(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await checkRootOwned(subject), await checkMuPlugins(subject)];
}

async function checkRootOwned({ site, web }: Subject): Promise<AcceptanceCheck> {
  const id = 'root-owned';
  const { uid, gid } = web.user;
  const dry = await reclaim(site.contentDir, {
    from: 0,
    to: { uid, gid },
    reader: web,
    keep: ({ path }) => rootsOnPurpose(path),
    dryRun: true,
    unprotectedHardlinks: 'allow',
  });
  if (dry.isErr()) return failed(id, 6, dry.error.message);
  const { wouldChange, skipped } = dry.value;
  const left = skipped.slice(0, 5).map(({ path, reason }) => `${path} (${reason})`);
  const told = skipped.length === 0 ? '' : `; left on purpose: ${left.join(', ')}${skipped.length > 5 ? ' …' : ''}`;
  return wouldChange === 0
    ? passed(id, 6, `nothing below ${site.contentDir} is root's${told}`)
    : failed(id, 6, `${wouldChange} entries below ${site.contentDir} are root's, and WordPress cannot replace them${told}`);
}

async function checkMuPlugins({ site, web }: Subject): Promise<AcceptanceCheck> {
  const id = 'mu-plugins';
  const names = await readdir(site.muPluginsDir).catch(() => []);
  const managed = names.filter((name) => name.startsWith('wp-coding-agents-') && name.endsWith('.php')).sort();
  for (const name of managed) {
    const path = join(site.muPluginsDir, name);
    const stat = await lstat(path).catch(() => null);
    const mode = (stat?.mode ?? 0) & 0o7777;
    if (mode !== 0o644) return failed(id, 6, `${printablePath(path)} is ${mode.toString(8).padStart(4, '0')}; 0644 is wanted`);
    const readable = await probeAccess(path, web, 'read');
    if (readable.isErr()) return failed(id, 6, readable.error.message);
    if (!readable.value) return failed(id, 6, `${web.user.name} cannot read ${printablePath(path)}`);
  }
  return passed(id, 6, managed.length === 0 ? 'no managed mu-plugins here' : `${managed.join(', ')}: 0644, read by ${web.user.name}`);
}
