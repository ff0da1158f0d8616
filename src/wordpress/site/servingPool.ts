import { basename } from 'node:path';
import type { FpmPool } from '../fpm/index.js';
import { plainListen } from './nginxBackends.js';

/** What is known of a site when its pool is sought. */
export interface PoolQuery {
  readonly root: string;
  /** Name of the user who owns wp-content, or null when it has none. */
  readonly contentOwner: string | null;
  /** Sockets that exist now, among the pools' `listen`. */
  readonly liveSockets: ReadonlySet<string>;
  /** Where the web server sends the site's PHP, as `plainListen` writes it; empty when that is not known. */
  readonly backends: ReadonlySet<string>;
}

/** The pool taken for the one that serves the site, and how sure that is. */
export interface PoolChoice {
  readonly pool: FpmPool | null;
  /** Null when there was only one pool to choose from, or the web server names one. */
  readonly note: string | null;
}

/**
 * Chooses the pool that serves a site; pure. One pool: that. Several: the one the web server sends the site's PHP to;
 * where that does not decide, of those whose socket exists (a second PHP version is often installed and not running),
 * the ones whose user owns wp-content, then the one named after the site's directory or one above it, then `www`, then
 * the newest PHP. A choice by anything but the web server says so.
 */
export function servingPool(pools: readonly FpmPool[], query: PoolQuery): PoolChoice {
  const [only, second] = pools;
  if (only === undefined) return { pool: null, note: 'no php-fpm pool was found on this host' };
  if (second === undefined) return { pool: only, note: null };
  const [named, another] = pools.filter((pool) => query.backends.has(plainListen(pool.listen)));
  if (named !== undefined && another === undefined) return { pool: named, note: null };
  const narrow = (from: readonly FpmPool[], by: (pool: FpmPool) => boolean): readonly FpmPool[] => {
    const kept = from.filter(by);
    return kept.length > 0 ? kept : from;
  };
  const name = basename(query.root);
  const rules: readonly ((pool: FpmPool) => boolean)[] = [
    (pool) => query.backends.has(plainListen(pool.listen)),
    (pool) => query.liveSockets.has(pool.listen),
    (pool) => pool.user === query.contentOwner,
    (pool) => pool.name === name,
    // /var/www says nothing: www is what Debian names its first pool.
    (pool) => pool.name !== 'www' && query.root.split('/').includes(pool.name),
    (pool) => pool.name === 'www',
  ];
  const left = rules.reduce(narrow, pools);
  const pool = left.at(-1) ?? only;
  const others = pools.filter((one) => one !== pool).map((one) => `${one.name} (${one.unit}, ${one.user})`);
  const why = pool.user === query.contentOwner ? 'its user owns wp-content' : 'no pool runs as the owner of wp-content';
  const note = `taken to be served by pool ${pool.name} of ${pool.unit}: ${why}; other pools: ${others.join(', ')}`;
  return { pool, note };
}
