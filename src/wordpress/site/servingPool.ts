import { basename } from 'node:path';
import { printableText } from '../../posix/paths/index.js';
import type { FpmPool } from '../fpm/index.js';
import { plainListen } from './nginxBackends.js';

/** What the choice of a pool rests on. */
export interface PoolQuery {
  readonly root: string;
  /** Name of the user who owns wp-content; null when the uid has no name. */
  readonly contentOwner: string | null;
  /** The sockets of `listen` that exist. */
  readonly liveSockets: ReadonlySet<string>;
  /** Where the web server sends the PHP of the site, in the form of `plainListen`; empty when that is not known. */
  readonly backends: ReadonlySet<string>;
}

/** The pool that serves the site, and what was assumed. */
export interface PoolChoice {
  readonly pool: FpmPool | null;
  /** Null when nothing was assumed: there is one pool, or the web server names it. */
  readonly note: string | null;
}

/**
 * Chooses the pool that serves a site; pure. The only pool, or the one to which the web server sends the PHP of the
 * site. If that does not decide, these rules narrow the choice in this order: its socket exists (a second PHP version is
 * often installed and not running); its user owns wp-content; it has the name of the directory of the site; it has the
 * name of a directory above; it is named `www`; its PHP is the newest. A choice by these rules has a note.
 */
export function servingPool(pools: readonly FpmPool[], query: PoolQuery): PoolChoice {
  const [only, second] = pools;
  if (only === undefined) return { pool: null, note: 'the host has no php-fpm pool' };
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
    // /var/www is no evidence: Debian names its first pool www.
    (pool) => pool.name !== 'www' && query.root.split('/').includes(pool.name),
    (pool) => pool.name === 'www',
  ];
  const left = rules.reduce(narrow, pools);
  const pool = left.at(-1) ?? only;
  const others = pools.filter((one) => one !== pool).map((one) => `${one.name} (${one.unit}, ${one.user})`);
  const why = pool.user === query.contentOwner ? 'its user owns wp-content' : 'no pool runs as the owner of wp-content';
  const note = `assumed that pool ${printableText(pool.name)} of ${pool.unit} serves it: ${why}; other pools: ${others.join(', ')}`;
  return { pool, note };
}
