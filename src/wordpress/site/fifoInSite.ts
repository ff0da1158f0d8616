import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Site } from './site.js';

/** What WordPress loads from wp-content where it is there. */
const DROP_INS = ['advanced-cache.php', 'db.php', 'object-cache.php', 'sunrise.php'];

/**
 * The first FIFO among the files that WordPress loads in each request, or null. PHP would wait for a writer until it is
 * killed. The files of plugins and themes are not looked at.
 */
export async function fifoInSite({
  path,
  muPluginsDir = join(path, 'wp-content/mu-plugins'),
}: Pick<Site, 'path'> & Partial<Pick<Site, 'muPluginsDir'>>): Promise<string | null> {
  const names = await readdir(muPluginsDir).catch(() => []);
  const files = [
    join(path, 'wp-config.php'),
    join(dirname(path), 'wp-config.php'),
    ...names.filter((name) => name.endsWith('.php')).map((name) => join(muPluginsDir, name)),
    ...DROP_INS.map((name) => join(dirname(muPluginsDir), name)),
  ];
  for (const file of files) {
    const found = await stat(file).catch(() => null);
    if (found?.isFIFO() === true) return file;
  }
  return null;
}
