import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as ini from 'ini';
import { err, ok } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import { attempt, printablePath, resultOf, unlessAborted } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';

/** One php-fpm pool as configured. */
export interface FpmPool {
  /** The master's unit: `php8.2-fpm.service`. */
  readonly unit: string;
  /** The PHP version the file belongs to: `8.2`. */
  readonly version: string;
  /** The first file that defines the pool; later ones can add to it. */
  readonly poolFile: string;
  /** The section's name: `www`. */
  readonly name: string;
  readonly user: string;
  /** Null: php-fpm uses the primary group of `user`. */
  readonly group: string | null;
  /** Path of a socket, `host:port` or port; `$pool` is replaced by the name. */
  readonly listen: string;
}

/** A pool without a setting that php-fpm requires. */
export interface FpmPoolInvalid {
  readonly code: 'FPM_POOL_INVALID';
  readonly message: string;
  readonly path: string;
  readonly pool: string;
  readonly missing: 'user' | 'listen';
}

/** Why the pools are not known: a file cannot be read, or php-fpm itself would reject it. */
export type FpmError = FpmPoolInvalid | ReadFileError | IoError | Aborted;

/**
 * Finds every pool of every php-fpm master in the layout of Debian (`/etc/php/VERSION/fpm/pool.d/*.conf`), sorted by
 * version and file name.
 *
 * Only files are read: the result does not show whether a master runs, whether it has loaded the current files, or
 * which site a pool serves. `include` lines in a pool file and pools defined in `php-fpm.conf` are not followed. A host
 * without PHP has an empty list.
 *
 * Errors: `FPM_POOL_INVALID`, those of reading a file, `IO`, `ABORTED`.
 *
 * @param options - `configDir`: default `/etc/php`, with the files `VERSION/fpm/pool.d/*.conf` below it
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
export function findFpmPools({
  configDir = '/etc/php',
  signal,
}: { readonly configDir?: string; readonly signal?: AbortSignal } = {}): ResultAsync<readonly FpmPool[], FpmError> {
  return resultOf(async function* () {
    const versions = yield* names(configDir);
    const pools: FpmPool[] = [];
    for (const version of versions.filter((name) => /^\d+(\.\d+)*$/.test(name)).sort(byVersion)) {
      const directory = join(configDir, version, 'fpm', 'pool.d');
      yield* unlessAborted(signal, `reading ${printablePath(configDir)}`);
      const files = yield* names(directory);
      const sections = new Map<string, Section>();
      // php-fpm includes *.conf with glob(3), which skips hidden files.
      for (const name of files.filter((file) => file.endsWith('.conf') && !file.startsWith('.')).sort()) {
        const path = join(directory, name);
        const { bytes } = yield* readRegularFile(path, { followLinks: true });
        addSections(sections, bytes.toString('utf8'), path);
      }
      for (const [name, section] of sections) pools.push(yield* poolOf(name, section, version));
    }
    return ok(pools);
  });
}

interface Section {
  readonly path: string;
  readonly values: Map<string, string>;
}

/** Adds the pools of one file. A section with the name of an earlier one adds to that pool, as in php-fpm. */
function addSections(sections: Map<string, Section>, text: string, path: string): void {
  // ini splits section names at dots, and a pool can be named after a domain.
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

function invalid(path: string, pool: string, missing: 'user' | 'listen'): Result<never, FpmPoolInvalid> {
  const message = `${printablePath(path)}: pool [${pool}] has no "${missing}", so php-fpm cannot start with it; add the setting first`;
  return err({ code: 'FPM_POOL_INVALID', message, path, pool, missing });
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function names(directory: string): ResultAsync<readonly string[], IoError> {
  return attempt(() => readdir(directory), 'scandir', directory).orElse((error) =>
    error.errno === 'ENOENT' || error.errno === 'ENOTDIR' ? ok<readonly string[], IoError>([]) : err(error),
  );
}
