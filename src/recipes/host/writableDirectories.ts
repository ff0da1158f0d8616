import { lstat } from 'node:fs/promises';
import type { Site } from '../../wordpress/site/index.js';

/**
 * The directories both WordPress and the agent go on writing in, as far as they exist and are real directories.
 *
 * wp-content itself and the site root are not among them: a group-writable directory there breaks logrotate and
 * sshd, and nothing needs it.
 */
export async function writableDirectories(site: Site): Promise<readonly string[]> {
  const candidates = [
    site.pluginsDir,
    site.themesDir,
    site.muPluginsDir,
    site.uploadsDir,
    site.languagesDir,
    site.upgradeDir,
  ];
  const found: string[] = [];
  for (const path of new Set(candidates)) {
    const stat = await lstat(path).catch(() => null);
    if (stat?.isDirectory() === true) found.push(path);
  }
  return found;
}

/** Every tree of a site that is WordPress's own: wp-content, and of the directories to share those that lie elsewhere. */
export function ownTrees(contentDir: string, writable: readonly string[]): readonly string[] {
  return [contentDir, ...writable.filter((path) => !path.startsWith(`${contentDir}/`))];
}
