import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { isAtOrBelow, printablePath } from '../../posix/paths/index.js';
import type { PhpDefine } from '../php/index.js';

/** The directories of a site, and what was assumed about them. */
export interface SiteDirectories {
  readonly contentDir: string;
  readonly pluginsDir: string;
  readonly themesDir: string;
  readonly muPluginsDir: string;
  readonly uploadsDir: string;
  readonly languagesDir: string;
  readonly upgradeDir: string;
  readonly notes: readonly string[];
}

/**
 * Computes the directories of a site from its constants, as wp-includes/default-constants.php and wp_upload_dir() do.
 * A constant whose value only PHP can compute keeps the default and gets a note. Options in the database (an old
 * `upload_path`) are not read.
 */
export async function siteDirectories(root: string, defines: readonly PhpDefine[]): Promise<SiteDirectories> {
  const notes: string[] = [];
  const constant = (name: string): string | null => {
    const all = defines.filter((define) => define.name === name);
    const values = new Set(all.map(({ value }) => value));
    const [value] = values;
    if (all.length === 0 || value === undefined) return null;
    const where = `line ${all[0]?.line ?? 0} of ${basename(all[0]?.file ?? '')}`;
    if (values.size > 1 || typeof value !== 'string') {
      notes.push(`only PHP can compute ${name} (${where}); assumed its default`);
      return null;
    }
    if (all.every(({ conditional }) => conditional)) {
      notes.push(`${name} is defined under a condition (${where}); assumed that it applies`);
    }
    return value;
  };
  const absolute = (name: string, fallback: string): string => {
    const value = constant(name);
    if (value === null) return fallback;
    if (isAbsolute(value)) return join(value);
    notes.push(`${name} is the relative path "${printablePath(value)}"; assumed its default`);
    return fallback;
  };

  let content = absolute('WP_CONTENT_DIR', join(root, 'wp-content'));
  const bedrock = join(dirname(root), 'app');
  if (!(await isDirectory(content)) && (await isDirectory(join(bedrock, 'plugins')))) {
    notes.push(`${content} does not exist; assumed that wp-content is ${bedrock}, which has plugins`);
    content = bedrock;
  }
  const contentDir = await resolved(content);
  const uploads = constant('UPLOADS');
  const languages = await isDirectory(join(contentDir, 'languages'));
  const core = join(root, 'wp-includes', 'languages');
  const placed = {
    pluginsDir: await resolved(absolute('WP_PLUGIN_DIR', join(contentDir, 'plugins'))),
    themesDir: await resolved(join(contentDir, 'themes')),
    muPluginsDir: await resolved(absolute('WPMU_PLUGIN_DIR', join(contentDir, 'mu-plugins'))),
    // wp_upload_dir(): UPLOADS is relative to ABSPATH.
    uploadsDir: await resolved(uploads === null ? join(contentDir, 'uploads') : join(root, uploads)),
    languagesDir: await resolved(
      absolute('WP_LANG_DIR', !languages && (await isDirectory(core)) ? core : join(contentDir, 'languages')),
    ),
    upgradeDir: await resolved(join(contentDir, 'upgrade')),
  };
  if (contentDir !== content)
    notes.push(`${content} is a symbolic link or lies below one; the target is ${contentDir}`);
  for (const path of Object.values(placed)) {
    if (!isAtOrBelow(path, contentDir))
      notes.push(`${printablePath(path)} belongs to the site and is outside ${contentDir}`);
  }
  return { contentDir, ...placed, notes };
}

/** The path with links resolved; when it does not exist, links are resolved in the part that does. */
export async function resolved(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await resolved(parent), path.slice(parent === '/' ? 1 : parent.length + 1));
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    await readdir(path);
    return true;
  } catch {
    return false;
  }
}
