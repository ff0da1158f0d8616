import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookupGroup, lookupUser } from '../../posix/accounts/index.js';
import type { IdentityError } from '../../posix/accounts/index.js';
import { attempt } from '../../posix/paths/index.js';
import type { FpmPool } from '../fpm/index.js';
import { nginxBackends } from './nginxBackends.js';
import { servingPool } from './servingPool.js';
import type { Site } from './site.js';

/** The user a site runs as, and its pool. */
export interface SitePool {
  readonly owner: Site['owner'];
  readonly fpm: FpmPool | null;
  readonly note: string | null;
}

/** Chooses the pool and looks up its user and group; without a pool, those of wp-content. */
export async function siteOwner(
  root: string,
  content: { readonly uid: number; readonly gid: number },
  pools: readonly FpmPool[],
  nginxConfig: string,
): Promise<Result<SitePool, IdentityError>> {
  const contentOwner = await lookupUser(content.uid);
  const { pool, note } = servingPool(pools, {
    root,
    contentOwner: contentOwner.isOk() ? contentOwner.value.name : null,
    liveSockets: await liveSockets(pools),
    backends: pools.length > 1 ? await nginxBackends(root, nginxConfig) : new Set(),
  });
  if (pool === null) {
    if (contentOwner.isErr()) return err(contentOwner.error);
    const { name: user, uid } = contentOwner.value;
    const group = await lookupGroup(content.gid);
    const assumed = `${note ?? ''}; assumed that it runs as the owner of wp-content, ${user}`;
    return group.map(({ name, gid }) => ({ owner: { user, uid, group: name, gid }, fpm: null, note: assumed }));
  }
  const user = await lookupUser(pool.user);
  if (user.isErr()) return err(user.error);
  const { name, uid } = user.value;
  const group = await (pool.group === null ? lookupGroup(user.value.gid) : lookupGroup(pool.group));
  return group.map((found) => ({ owner: { user: name, uid, group: found.name, gid: found.gid }, fpm: pool, note }));
}

async function liveSockets(pools: readonly FpmPool[]): Promise<ReadonlySet<string>> {
  const live = new Set<string>();
  for (const { listen } of pools) {
    const socket = isAbsolute(listen) ? await attempt(() => stat(listen), 'stat', listen) : null;
    if (socket?.isOk() === true && socket.value.isSocket()) live.add(listen);
  }
  return live;
}
