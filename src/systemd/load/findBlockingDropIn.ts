import { readdir, stat } from 'node:fs/promises';
import { printablePath } from '../../posix/paths/index.js';
import type { NotARegularFile } from '../../posix/files/index.js';
import { LOAD_DIRECTORIES } from './unitLoadPath.js';

/**
 * The first drop-in of any unit that systemd would wait for when it opens it, as the error to give, or null.
 *
 * systemd opens drop-ins without looking what they are: a FIFO stops PID 1 itself, at a reload or when the unit is first
 * asked about, until someone writes to it. So nothing is asked of systemd while one is there. Directories, sockets and
 * character devices do no harm.
 *
 * Source: `config_parse_many_files()` in systemd's src/shared/conf-parser.c.
 *
 * @param directories - of the load path, the first with the highest priority
 */
export async function findBlockingDropIn(
  directories: readonly string[] = LOAD_DIRECTORIES.map(({ path }) => path),
): Promise<NotARegularFile | null> {
  const found = await Promise.all(directories.map(inUnitDirectory));
  return found.find((each) => each !== null) ?? null;
}

async function inUnitDirectory(directory: string): Promise<NotARegularFile | null> {
  // A directory that is missing or unreadable has nothing to name.
  const names = await readdir(directory).catch(() => []);
  const found = await Promise.all(
    names.filter((name) => name.endsWith('.d')).map((name) => inDropInDirectory(`${directory}/${name}`)),
  );
  return found.find((each) => each !== null) ?? null;
}

async function inDropInDirectory(directory: string): Promise<NotARegularFile | null> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isFile() || entry.isDirectory() || !/^[^.].*\.conf$/s.test(entry.name)) continue;
    const path = `${directory}/${entry.name}`;
    // A link is followed, as systemd does.
    const stats = await stat(path).catch(() => null);
    if (stats?.isFIFO() === true) return blocking(path, 'fifo');
    if (stats?.isBlockDevice() === true) return blocking(path, 'block');
  }
  return null;
}

function blocking(raw: string, found: 'fifo' | 'block'): NotARegularFile {
  const path = printablePath(raw);
  const what = found === 'fifo' ? 'a FIFO, which would stop systemd until someone writes to it' : 'a block device';
  const message = `${path} is ${what}, and not a regular file; find out who made it, remove it, and run again`;
  return { code: 'NOT_A_REGULAR_FILE', message, path, found };
}
