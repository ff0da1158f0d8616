import type { Identity } from '../../../src/posix/accounts/identity.js';

/** An identity made of numbers alone; the names are made up. */
export function identityOf(name: string, uid: number, gids: readonly number[]): Identity {
  const groups = gids.map((gid) => ({ name: `g${gid}`, gid, members: [] }));
  const [group = { name: `g${uid}`, gid: uid, members: [] }] = groups;
  return { user: { name, uid, gid: group.gid, home: '/nonexistent', shell: '/bin/false' }, group, groups };
}

export const ROOT = identityOf('root', 0, [0]);
export const WWW_DATA = identityOf('www-data', 33, [33]);
export const DAEMON = identityOf('daemon', 1, [1]);
