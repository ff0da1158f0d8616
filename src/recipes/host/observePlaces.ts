import { lstat, readdir } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import type { Bridge } from '../../kimaki/bridges/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { isAtOrBelow } from '../../posix/paths/index.js';
import type { Site } from '../../wordpress/site/index.js';
import type { MigrationFacts, SiteFacts, TargetFacts } from './facts.js';

/** What the agent keeps below the site: its own, with the site's group. */
const BELOW_SITE = ['.opencode', '.claude', '.codex', '.wp-coding-agents', 'CLAUDE.md', 'opencode.json'];

/** Where Data Machine keeps the agent's worktrees by default, if its caller can write the directory above. */
const BASE = '/var/lib/datamachine';
const WORKSPACE = `${BASE}/workspace`;

/**
 * Where Data Machine keeps the agent's worktrees: where the constant of wp-config.php says, else in its default directory,
 * which the agent has to be able to write; and where the unit says. Pure.
 *
 * WordPress can write wp-config.php, so a constant that leads elsewhere is a claim: nothing there changes hands unless the
 * unit says the same.
 *
 * Source: Extra-Chill/data-machine-code inc/Workspace/WorkspaceCoreUtilities.php
 *
 * @param holds - directories of which none may lie in a workspace
 */
export function workspacesOf(
  unit: string | undefined,
  constant: string | null,
  home: string,
  holds: readonly string[],
): { readonly paths: readonly string[]; readonly claim: string | null } {
  const named = unit === undefined ? null : plainPath(unit);
  const defined = constant === null ? null : plainPath(constant);
  const isClaim = defined !== null && defined !== named && ![BASE, home].some((place) => isAtOrBelow(defined, place));
  const wanted = [...(isClaim || defined === null ? [] : [defined]), ...(named === null ? [] : [named])];
  const paths = [
    ...(defined === null ? [BASE] : []),
    ...wanted.filter((path) => isWorkspace(path, holds) && (defined !== null || !isAtOrBelow(path, BASE))),
  ];
  return { paths: [...new Set(paths)], claim: isClaim ? defined : null };
}

function plainPath(path: string): string {
  return normalize(path).replace(/(.)\/+$/, '$1');
}

/** Directories that everybody shares and where the root service leaves things behind. */
const SHARED_PLACES = ['/tmp', '/var/tmp', '/run', '/var/log'];

/**
 * The places outside the homes that the agent maintains, as far as they exist. A symbolic link is left alone:
 * what it leads to was not meant.
 */
export async function agentPlacesOf(
  instance: Pick<KimakiInstance, 'environment'>,
  site: Pick<SiteFacts, 'root' | 'group'> & Pick<Site, 'workspace'>,
  target: Pick<TargetFacts, 'name' | 'home'>,
  targetGroup: string,
  agentsFile: string | null,
): Promise<MigrationFacts['agentPlaces']> {
  const named = instance.environment['DATAMACHINE_WORKSPACE_PATH'];
  const workspaces = workspacesOf(named, site.workspace, target.home, [site.root, target.home]);
  const candidates = [
    ...BELOW_SITE.map((name) => ({ path: join(site.root, name), user: target.name, group: site.group })),
    // A step of its own takes --allow-root out of it, where everyone could read it.
    ...(agentsFile === null ? [{ path: join(site.root, 'AGENTS.md'), user: target.name, group: site.group }] : []),
    ...workspaces.paths.map((path) => ({ path, user: target.name, group: targetGroup })),
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
