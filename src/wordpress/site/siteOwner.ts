import { isAbsolute } from 'node:path';
import { err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookupGroup, lookupGroupById, lookupUser, lookupUserById } from '../../posix/accounts/index.js';
import type { IdentityError } from '../../posix/accounts/index.js';
import { fileStatus } from './fileStatus.js';
import type { FpmPool } from '../fpm/index.js';
import { nginxBackends } from './nginxBackends.js';
import { servingPool } from './servingPool.js';
import type { SiteOwner } from './site.js';

/** Who a site runs as, and by which pool. */
export interface SitePool {
  readonly owner: SiteOwner;
  readonly fpm: FpmPool | null;
  readonly note: string | null;
}

/** Chooses the pool and names its user and group; without any pool, those of wp-content. */
export async function siteOwner(
  root: string,
  content: { readonly uid: number; readonly gid: number },
  pools: readonly FpmPool[],
  nginxConfig: string,
): Promise<Result<SitePool, IdentityError>> {
  const contentOwner = await lookupUserById(content.uid);
  const { pool, note } = servingPool(pools, {
    root,
    contentOwner: contentOwner.isOk() ? contentOwner.value.name : null,
    liveSockets: await liveSockets(pools),
    backends: pools.length > 1 ? await nginxBackends(root, nginxConfig) : new Set(),
  });
  if (pool === null) {
    if (contentOwner.isErr()) return err(contentOwner.error);
    const { name: user, uid } = contentOwner.value;
    const group = await lookupGroupById(content.gid);
    const assumed = `${note ?? ''}; the owner of wp-content, ${user}, is taken for the user it runs as`;
    return group.map(({ name, gid }) => ({ owner: { user, uid, group: name, gid }, fpm: null, note: assumed }));
  }
  const user = await lookupUser(pool.user);
  if (user.isErr()) return err(user.error);
  const { name, uid } = user.value;
  const group = await (pool.group === null ? lookupGroupById(user.value.gid) : lookupGroup(pool.group));
  return group.map((found) => ({ owner: { user: name, uid, group: found.name, gid: found.gid }, fpm: pool, note }));
}

async function liveSockets(pools: readonly FpmPool[]): Promise<ReadonlySet<string>> {
  const live = new Set<string>();
  for (const { listen } of pools) {
    const socket = isAbsolute(listen) ? await fileStatus(listen) : null;
    if (socket?.isOk() === true && socket.value.isSocket()) live.add(listen);
  }
  return live;
}
