import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { FS_CHMOD_DIR, FS_CHMOD_FILE } from './fsChmodMuPlugin.js';
import type { Site } from './site.js';
import { configDefines } from './siteConfig.js';
import { resolved } from './siteDirectories.js';

/** One definition that gives WordPress other file modes than the shared ones. */
export interface ContraryDefine {
  readonly file: string;
  readonly line: number;
  readonly name: 'FS_CHMOD_DIR' | 'FS_CHMOD_FILE';
  /** The mode, or null when only PHP could tell. */
  readonly mode: number | null;
  /** The value as written (`0755 & ~ umask()`), or null when the file itself cannot be read as PHP. */
  readonly written: string | null;
}

const WANTED = { FS_CHMOD_DIR, FS_CHMOD_FILE } as const;

/**
 * Finds every place in wp-config.php and the mu-plugins that defines FS_CHMOD_DIR or FS_CHMOD_FILE as something else
 * than 02775 and 0664, with file and line. Only code counts, not comments or strings; nothing is run.
 *
 * A computed value counts as contrary, with `mode` null. Looked at are the files WordPress loads by itself and what
 * these include by a path that is plain to see; ordinary plugins are not. In a file this reader cannot parse, the first
 * mention of the name counts.
 *
 * @example
 * ```ts
 * import { findContraryDefines, findSite } from '@wca/runtime-sdk/wordpress';
 *
 * const contrary = await findSite('/var/www/site').andThen((site) => findContraryDefines(site));
 * if (contrary.isErr()) console.error(contrary.error.message);
 * else for (const { file, line, name } of contrary.value) console.log(`${file}:${line} defines ${name}`);
 * ```
 */
export function findContraryDefines(
  site: Pick<Site, 'root' | 'configPath' | 'muPluginsDir'>,
): ResultAsync<readonly ContraryDefine[], ReadFileError | IoError> {
  return new ResultAsync(find(site));
}

async function find(
  site: Pick<Site, 'root' | 'configPath' | 'muPluginsDir'>,
): Promise<Result<readonly ContraryDefine[], ReadFileError | IoError>> {
  const plugins = await phpFiles(site.muPluginsDir);
  if (plugins.isErr()) return err(plugins.error);
  const found: ContraryDefine[] = [];
  for (const path of [...(site.configPath === null ? [] : [site.configPath]), ...plugins.value]) {
    const file = await readRegularFile(path, { followLinks: true });
    // WordPress skips what is not there when it gets to it, such as a dangling link.
    if (file.isErr() && file.error.code === 'NOT_FOUND') continue;
    if (file.isErr()) return err(file.error);
    found.push(...(await contraryIn(file.value.bytes, path, site.root)));
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
  const names = await ResultAsync.fromPromise(readdir(directory), (cause) => ioError(cause, 'scandir', directory));
  if (names.isErr()) return names.error.errno === 'ENOENT' ? ok([]) : err(names.error);
  return ok(
    names.value
      .filter((name) => name.endsWith('.php'))
      .sort()
      .map((name) => join(directory, name)),
  );
}
