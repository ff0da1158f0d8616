import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as ini from 'ini';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, readRegularFile } from '../posix/index.js';
import type { IoError, ReadFileError } from '../posix/index.js';

/** One php-fpm pool as configured. */
export interface FpmPool {
  /** The master's unit: `php8.2-fpm.service`. */
  readonly unit: string;
  /** The PHP version the file belongs to: `8.2`. */
  readonly version: string;
  readonly poolFile: string;
  /** The section's name: `www`. */
  readonly name: string;
  readonly user: string;
  /** Null: the primary group of `user`. */
  readonly group: string | null;
  /** Socket path, `host:port` or port, with `$pool` filled in. */
  readonly listen: string;
}

/** A pool file that cannot be read, or a pool php-fpm itself would refuse. */
export type FpmError =
  | {
      readonly code: 'FPM_POOL_INVALID';
      readonly message: string;
      readonly path: string;
      readonly pool: string;
      readonly missing: 'user' | 'listen';
    }
  | ReadFileError
  | IoError;

/** Where php-fpm's files are. */
export interface FpmOptions {
  /** Default `/etc/php`, with `VERSION/fpm/pool.d/*.conf` below it. */
  readonly configRoot?: string;
}

/**
 * Finds every pool of every php-fpm master that Debian's layout has (`/etc/php/VERSION/fpm/pool.d/*.conf`), sorted by
 * version and file name.
 *
 * Only the files are read: it does not say whether a master runs, whether it has loaded these files since, or which
 * site a pool serves. `include` lines in a pool file and pools defined in `php-fpm.conf` are not followed. No PHP on
 * the host is no error: the list is empty.
 *
 * @example
 * ```ts
 * import { findFpmPools } from '@wca/runtime-sdk/wordpress';
 *
 * const pools = await findFpmPools();
 * if (pools.isErr()) console.error(pools.error.message);
 * else for (const pool of pools.value) console.log(pool.unit, pool.name, pool.user);
 * ```
 *
 * Source: php-fpm.conf(5); https://www.php.net/manual/en/install.fpm.configuration.php
 */
export function findFpmPools(options: FpmOptions = {}): ResultAsync<readonly FpmPool[], FpmError> {
  return new ResultAsync(find(options.configRoot ?? '/etc/php'));
}

async function find(configRoot: string): Promise<Result<readonly FpmPool[], FpmError>> {
  const versions = await names(configRoot);
  if (versions.isErr()) return err(versions.error);
  const pools: FpmPool[] = [];
  for (const version of versions.value.filter((name) => /^\d+(\.\d+)*$/.test(name)).sort(byVersion)) {
    const directory = join(configRoot, version, 'fpm', 'pool.d');
    const files = await names(directory);
    if (files.isErr()) return err(files.error);
    // php-fpm includes *.conf through glob(3), which leaves out hidden files.
    for (const name of files.value.filter((file) => file.endsWith('.conf') && !file.startsWith('.')).sort()) {
      const path = join(directory, name);
      const file = await readRegularFile(path, { followLinks: true });
      if (file.isErr()) return err(file.error);
      const read = parsePoolFile(file.value.bytes.toString('utf8'), path, version);
      if (read.isErr()) return err(read.error);
      pools.push(...read.value);
    }
  }
  return ok(pools);
}

/** Reads one pool file; pure. */
function parsePoolFile(text: string, path: string, version: string): Result<readonly FpmPool[], FpmError> {
  // ini splits section names at dots; a pool may be named after its domain.
  const escaped = text.replace(/^[ \t]*\[([^\]\n]+)\]/gm, (_, name: string) => `[${name.replace(/\./g, '\\.')}]`);
  const sections: Readonly<Record<string, unknown>> = ini.parse(escaped);
  const pools: FpmPool[] = [];
  for (const [name, section] of Object.entries(sections)) {
    if (name === 'global' || typeof section !== 'object' || section === null) continue;
    const value = (key: string): string | null => {
      const found: unknown = Reflect.get(section, key);
      return typeof found === 'string' && found !== '' ? found.replaceAll('$pool', name) : null;
    };
    const user = value('user');
    const listen = value('listen');
    if (user === null) return invalid(path, name, 'user');
    if (listen === null) return invalid(path, name, 'listen');
    const unit = `php${version}-fpm.service`;
    pools.push({ unit, version, poolFile: path, name, user, group: value('group'), listen });
  }
  return ok(pools);
}

function invalid(path: string, pool: string, missing: 'user' | 'listen'): Result<never, FpmError> {
  const message = `${path}: pool [${pool}] has no "${missing}"; php-fpm would not start with it, so mend it first`;
  return err({ code: 'FPM_POOL_INVALID', message, path, pool, missing });
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function names(directory: string): ResultAsync<readonly string[], IoError> {
  return ResultAsync.fromPromise(readdir(directory), (cause) => ioError(cause, 'scandir', directory)).orElse((error) =>
    error.errno === 'ENOENT' || error.errno === 'ENOTDIR' ? ok<readonly string[], IoError>([]) : err(error),
  );
}
