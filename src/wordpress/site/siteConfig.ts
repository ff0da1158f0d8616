import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attempt, printablePath } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import { readDefines } from '../php/index.js';
import type { PhpDefine, PhpDefines, PhpUnreadable } from '../php/index.js';
import type { SiteError } from './site.js';
import { resolved } from './siteDirectories.js';

/** What wp-config.php defines, as far as that is known without running it. */
export interface SiteConfig {
  readonly configPath: string | null;
  readonly defines: readonly PhpDefine[];
  readonly notes: readonly string[];
}

/** Reads the wp-config.php that wp-load.php loads: beside it, else one level above unless that is another WordPress. */
export async function siteConfig(root: string): Promise<Result<SiteConfig, SiteError>> {
  const above = dirname(root);
  const settings = join(above, 'wp-settings.php');
  const elsewhere = (await attempt(() => stat(settings), 'stat', settings)).isOk();
  for (const configPath of [join(root, 'wp-config.php'), ...(elsewhere ? [] : [join(above, 'wp-config.php')])]) {
    const file = await readRegularFile(configPath, { followLinks: true });
    if (file.isErr() && file.error.code === 'NOT_FOUND') continue;
    if (file.isErr()) return err(file.error);
    const real = await resolved(configPath);
    const notes = real === configPath ? [] : [`${configPath} is a symbolic link to ${real}`];
    const read = await configDefines(file.value.bytes, real, root);
    if (read.isErr()) {
      notes.push(`${configPath}: ${read.error.message}; assumed the default directories`);
      return ok({ configPath, defines: [], notes });
    }
    const { defines, unreadable } = read.value;
    const lost = unreadable.map((path) => `${printablePath(path)}, which it includes, is not valid PHP`);
    return ok({ configPath, defines, notes: [...notes, ...lost] });
  }
  const notes = ['there is no wp-config.php; assumed the default directories'];
  return ok({ configPath: null, defines: [], notes });
}

/** Enough for a configuration in several files; a limit for one that includes a library. */
const MAX_INCLUDED = 40;
const MAX_BYTES = 1024 * 1024;

/** What a wp-config.php and the files it includes define. A file that does not exist is skipped: includes can be conditional. */
export async function configDefines(
  source: Buffer,
  file: string,
  root: string,
): Promise<Result<PhpDefines, PhpUnreadable>> {
  const included = new Map<string, Buffer>();
  const tried = new Set<string>();
  for (;;) {
    const read = readDefines(source, file, new Map([['ABSPATH', `${root}/`]]), included);
    const next = read.isErr() ? [] : read.value.wanted.filter((path) => !tried.has(path));
    if (read.isErr() || next.length === 0 || tried.size >= MAX_INCLUDED) return read;
    for (const path of next) {
      tried.add(path);
      const part = await readRegularFile(path, { followLinks: true, maxBytes: MAX_BYTES });
      if (part.isOk()) included.set(path, part.value.bytes);
    }
  }
}
