// @module-tag linux
import { describe, expect, it } from 'vitest';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { runProgram } from '../../../src/posix/programs/runProgram.js';

describe('lookupIdentity', () => {
  it('gives the same groups as id, the primary one first, for every account of the host', async () => {
    const passwd = (await runProgram('getent', ['passwd']))._unsafeUnwrap().stdout.trim().split('\n');
    for (const name of passwd.map((line) => line.split(':')[0] ?? '').slice(0, 40)) {
      const identity = (await lookupIdentity(name))._unsafeUnwrap();
      const gids = identity.groups.map((group) => group.gid);
      const id = (await runProgram('id', ['-G', name]))._unsafeUnwrap().stdout.trim().split(' ').map(Number);
      expect([...gids].sort(), name).toEqual([...id].sort());
      expect(gids[0], name).toBe(identity.user.gid);
      expect(identity.group.gid, name).toBe(identity.user.gid);
    }
  });

  it('names the groups', async () => {
    const identity = (await lookupIdentity('www-data'))._unsafeUnwrap();
    expect(identity.group.name).toBe('www-data');
    expect(identity.groups.map((group) => group.name)).toContain('www-data');
  });

  it('says that there is no such user', async () => {
    expect((await lookupIdentity('no-such-user'))._unsafeUnwrapErr().code).toBe('USER_NOT_FOUND');
    expect((await lookupIdentity('0'))._unsafeUnwrapErr().code).toBe('INVALID_USER_NAME');
  });
});
