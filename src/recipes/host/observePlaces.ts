import { lstat, readdir } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import type { Bridge } from '../../kimaki/bridges/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { isAtOrBelow } from '../../posix/paths/index.js';
import type { MigrationFacts, SiteFacts, TargetFacts } from './facts.js';

/** What the agent keeps below the site: its own, with the site's group. */
const BELOW_SITE = ['.opencode', '.claude', '.codex', '.wp-coding-agents', 'CLAUDE.md', 'opencode.json'];

/** Where Data Machine keeps the agent's worktrees, unless the unit names another place. */
const WORKSPACE = '/var/lib/datamachine/workspace';

/** Directories that everybody shares and where the root service leaves things behind. */
const SHARED_PLACES = ['/tmp', '/var/tmp', '/run', '/var/log'];

/**
 * The places outside the homes that the agent maintains, as far as they exist. A symbolic link is left alone:
 * what it leads to was not meant.
 */
export async function agentPlacesOf(
  instance: Pick<KimakiInstance, 'environment'>,
  site: Pick<SiteFacts, 'root' | 'group'>,
  target: Pick<TargetFacts, 'name' | 'home'>,
  targetGroup: string,
  agentsFile: string | null,
): Promise<MigrationFacts['agentPlaces']> {
  const named = normalize(instance.environment['DATAMACHINE_WORKSPACE_PATH'] ?? WORKSPACE).replace(/(.)\/+$/, '$1');
  const candidates = [
    ...BELOW_SITE.map((name) => ({ path: join(site.root, name), user: target.name, group: site.group })),
    // A step of its own takes --allow-root out of it, where everyone could read it.
    ...(agentsFile === null ? [{ path: join(site.root, 'AGENTS.md'), user: target.name, group: site.group }] : []),
    ...(isWorkspace(named, [site.root, target.home]) ? [{ path: named, user: target.name, group: targetGroup }] : []),
  ];
  const places: MigrationFacts['agentPlaces'][number][] = [];
  for (const place of candidates) {
    const stat = await lstat(place.path).catch(() => null);
    if (stat !== null && (stat.isDirectory() || stat.isFile())) places.push(place);
  }
  return places;
}

/** A place of the agent's own: not a directory of the system, nor one that holds the site, a home or another workspace. */
function isWorkspace(path: string, holds: readonly string[]): boolean {
  if (!isAbsolute(path) || path.split('/').length < 3) return false;
  return !holds.some((inside) => isAtOrBelow(inside, path)) && !WORKSPACE.startsWith(`${path}/`);
}

/**
 * What the root service left in shared directories, told by its name. Everything else of root's there belongs
 * to the system and is not guessed at. What another account owns is that account's, whatever its name: in a shared
 * directory anyone may have put it there.
 */
export async function leftoversOf({ program }: Bridge, targetUid: number | null): Promise<readonly string[]> {
  const found: string[] = [];
  for (const directory of SHARED_PLACES) {
    for (const name of await readdir(directory).catch(() => [])) {
      const isNamed = ['opencode', program].some(
        (one) => name === one || (/^[-._]/.test(name.slice(one.length)) && name.startsWith(one)),
      );
      if (!isNamed) continue;
      const path = join(directory, name);
      const stat = await lstat(path).catch(() => null);
      const ours = stat !== null && (stat.uid === 0 || stat.uid === targetUid);
      if (ours && (stat.isDirectory() || stat.isFile())) found.push(path);
    }
  }
  return found.sort();
}
