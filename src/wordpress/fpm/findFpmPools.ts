import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as ini from 'ini';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';

/** One php-fpm pool as configured. */
export interface FpmPool {
  /** The master's unit: `php8.2-fpm.service`. */
  readonly unit: string;
  /** The PHP version the file belongs to: `8.2`. */
  readonly version: string;
  /** The first file that has the pool; later ones may add to it. */
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
    const sections = new Map<string, Section>();
    // php-fpm includes *.conf through glob(3), which leaves out hidden files.
    for (const name of files.value.filter((file) => file.endsWith('.conf') && !file.startsWith('.')).sort()) {
      const path = join(directory, name);
      const file = await readRegularFile(path, { followLinks: true });
      if (file.isErr()) return err(file.error);
      addSections(sections, file.value.bytes.toString('utf8'), path);
    }
    for (const [name, section] of sections) {
      const pool = poolOf(name, section, version);
      if (pool.isErr()) return err(pool.error);
      pools.push(pool.value);
    }
  }
  return ok(pools);
}

interface Section {
  readonly path: string;
  readonly values: Map<string, string>;
}

/** Adds the pools of one file. As php-fpm does, a section of a name that is known goes on with that pool. */
function addSections(sections: Map<string, Section>, text: string, path: string): void {
  // ini splits section names at dots; a pool may be named after its domain.
  const escaped = text.replace(/^[ \t]*\[([^\]\n]+)\]/gm, (_, name: string) => `[${name.replace(/\./g, '\\.')}]`);
  const parsed: Readonly<Record<string, unknown>> = ini.parse(escaped);
  for (const [name, given] of Object.entries(parsed)) {
    if (name === 'global' || typeof given !== 'object' || given === null) continue;
    const section = sections.get(name) ?? { path, values: new Map<string, string>() };
    sections.set(name, section);
    for (const key of ['user', 'group', 'listen']) {
      const value: unknown = Reflect.get(given, key);
      if (typeof value === 'string' && value !== '') section.values.set(key, value.replaceAll('$pool', name));
    }
  }
}

function poolOf(name: string, { path, values }: Section, version: string): Result<FpmPool, FpmError> {
  const user = values.get('user');
  const listen = values.get('listen');
  if (user === undefined) return invalid(path, name, 'user');
  if (listen === undefined) return invalid(path, name, 'listen');
  const unit = `php${version}-fpm.service`;
  return ok({ unit, version, poolFile: path, name, user, group: values.get('group') ?? null, listen });
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
