import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram } from '../../posix/programs/index.js';
import { printablePath, shellWord } from '../../posix/paths/index.js';
import type { Site } from './site.js';

/** What WordPress loads from wp-content where it is there. */
const DROP_INS = ['advanced-cache.php', 'db.php', 'object-cache.php', 'sunrise.php'];

/**
 * The first FIFO among the files that WordPress loads in each request, or null. PHP would wait for a writer until it is
 * killed. The files of plugins and themes are not looked at; {@link whatHeldPhp} does when PHP was killed.
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

/** As long as a search may take after PHP has taken its whole time. */
const SEARCH_MS = 10_000;

/** What to do after PHP was killed at its limit, as the end of a sentence: the FIFO it may have waited for, or how to look. */
export async function whatHeldPhp({
  path,
  muPluginsDir = join(path, 'wp-content/mu-plugins'),
}: Parameters<typeof fifoInSite>[0]): Promise<string> {
  const content = dirname(muPluginsDir);
  // A link at the end of the path is followed, none below it.
  const found = await runProgram('find', ['-H', content, '-xdev', '-type', 'p', '-print', '-quit'], {
    timeoutMs: SEARCH_MS,
  });
  const fifo = found.isOk() ? found.value.stdout.replace(/\n$/, '') : '';
  if (fifo !== '')
    return `${printablePath(fifo)} is a FIFO, and PHP may have waited for what is written to it; find out who made it, remove it, and try again`;
  const command = `find ${shellWord(content)} -type p`;
  return found.isOk() && found.value.exitCode === 0
    ? 'see what the site waits for: its database, another host, or a file'
    : `look whether it waits for a FIFO among its plugins and themes (${command}), its database or another host`;
}
