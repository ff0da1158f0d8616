import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attempt, printablePath, unlessAborted } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { FS_CHMOD_DIR, FS_CHMOD_FILE } from './fsChmodMuPlugin.js';
import type { Site } from './site.js';
import { configDefines } from './siteConfig.js';
import { resolved } from './siteDirectories.js';

/** One definition that gives WordPress file modes other than 02775 and 0664. */
export interface ContraryDefine {
  readonly file: string;
  readonly line: number;
  readonly name: 'FS_CHMOD_DIR' | 'FS_CHMOD_FILE';
  /** The mode; null when only PHP can compute it. */
  readonly mode: number | null;
  /** The value as written (`0755 & ~ umask()`); null when the file is not valid PHP. */
  readonly written: string | null;
}

const WANTED = { FS_CHMOD_DIR, FS_CHMOD_FILE } as const;

/**
 * Finds every definition of FS_CHMOD_DIR other than 02775 and of FS_CHMOD_FILE other than 0664 in wp-config.php and the
 * mu-plugins, with file and line. Comments and strings do not count; nothing is run.
 *
 * A computed value counts, with `mode` null. It reads the files that WordPress loads by itself, and the files that these
 * include by a literal path; it does not read ordinary plugins. In a file that cannot be parsed, the first occurrence of
 * the name counts.
 *
 * Errors: those of reading a file, `IO`, `ABORTED`.
 */
export function findContraryDefines(
  site: Pick<Site, 'path' | 'configPath' | 'muPluginsDir'>,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<readonly ContraryDefine[], ReadFileError | IoError | Aborted> {
  return new ResultAsync(find(site, options.signal));
}

async function find(
  site: Pick<Site, 'path' | 'configPath' | 'muPluginsDir'>,
  signal: AbortSignal | undefined,
): Promise<Result<readonly ContraryDefine[], ReadFileError | IoError | Aborted>> {
  const plugins = await phpFiles(site.muPluginsDir);
  if (plugins.isErr()) return err(plugins.error);
  const found: ContraryDefine[] = [];
  for (const path of [...(site.configPath === null ? [] : [site.configPath]), ...plugins.value]) {
    const wanted = unlessAborted(signal, `reading ${printablePath(path)}`);
    if (wanted.isErr()) return err(wanted.error);
    const file = await readRegularFile(path, { followLinks: true });
    // WordPress skips a file that does not exist when it loads it, such as a dangling link.
    if (file.isErr() && file.error.code === 'NOT_FOUND') continue;
    if (file.isErr()) return err(file.error);
    found.push(...(await contraryIn(file.value.bytes, path, site.path)));
  }
  return ok(found);
}

async function contraryIn(source: Buffer, file: string, root: string): Promise<readonly ContraryDefine[]> {
  const read = await configDefines(source, await resolved(file), root);
  if (read.isErr()) return mentions(source, file);
  const found: ContraryDefine[] = [];
  for (const { name, value, file: at, line, written } of read.value.defines) {
    if ((name !== 'FS_CHMOD_DIR' && name !== 'FS_CHMOD_FILE') || value === WANTED[name]) continue;
    found.push({ file: at, line, name, mode: typeof value === 'number' ? value : null, written });
  }
  return found;
}

function mentions(source: Buffer, file: string): readonly ContraryDefine[] {
  const lines = source.toString('latin1').split('\n');
  return (['FS_CHMOD_DIR', 'FS_CHMOD_FILE'] as const).flatMap((name) => {
    const index = lines.findIndex((text) => text.includes(name));
    return index === -1 ? [] : [{ file, line: index + 1, name, mode: null, written: null }];
  });
}

/** The mu-plugins WordPress loads: `*.php` directly in the directory, in its order. */
async function phpFiles(directory: string): Promise<Result<readonly string[], IoError>> {
  const names = await attempt(() => readdir(directory), 'scandir', directory);
  if (names.isErr()) return names.error.errno === 'ENOENT' ? ok([]) : err(names.error);
  return ok(
    names.value
      .filter((name) => name.endsWith('.php'))
      .sort()
      .map((name) => join(directory, name)),
  );
}
