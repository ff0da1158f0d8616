// @module-tag linux
// @module-tag slow
import { describe, expect, it } from 'vitest';
import { lookupGroup, lookupIdentity, lookupUser } from '../../../src/posix/accounts/lookupIdentity.js';
import { runProgram } from '../../../src/posix/programs/runProgram.js';

describe('lookupUser', () => {
  it('finds an account with its ids, home and shell', async () => {
    const user = (await lookupUser('root'))._unsafeUnwrap();
    expect(user).toMatchObject({ name: 'root', uid: 0, gid: 0, home: '/root' });
    expect(user.shell).toMatch(/^\//);
  });

  it('says that there is no user of a name', async () => {
    expect((await lookupUser('no-such-user'))._unsafeUnwrapErr()).toMatchObject({
      code: 'USER_NOT_FOUND',
      user: 'no-such-user',
    });
  });

  it('takes no number for a uid, and no option for an option', async () => {
    for (const name of ['0', '--help', 'root:root', '']) {
      expect((await lookupUser(name))._unsafeUnwrapErr().code, name).toBe('INVALID_USER_NAME');
    }
  });

  it('finds the account of a uid', async () => {
    expect((await lookupUser(33))._unsafeUnwrap().name).toBe('www-data');
  });

  it('says that there is none, also for what no uid can be', async () => {
    for (const uid of [4_000_000_000, 0xffff_ffff, -1, 1.5, Number.NaN]) {
      expect((await lookupUser(uid))._unsafeUnwrapErr().code, String(uid)).toBe('USER_NOT_FOUND');
    }
  });
});

describe('lookupGroup', () => {
  it('finds a group by its name', async () => {
    expect((await lookupGroup('www-data'))._unsafeUnwrap()).toMatchObject({ name: 'www-data', gid: 33 });
  });

  it('says that there is no such group, and takes no number for a gid', async () => {
    for (const name of ['no-such-group', '33', '', 'a:b']) {
      expect((await lookupGroup(name))._unsafeUnwrapErr().code, name).toBe('GROUP_NOT_FOUND');
    }
  });

  it('finds the group of a gid', async () => {
    expect((await lookupGroup(33))._unsafeUnwrap().name).toBe('www-data');
  });

  it('says that there is none, also for what no gid can be', async () => {
    for (const gid of [4_000_000_000, 0xffff_ffff, -1]) {
      expect((await lookupGroup(gid))._unsafeUnwrapErr().code, String(gid)).toBe('GROUP_NOT_FOUND');
    }
  });
});

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

  it('finds the groups of a uid too', async () => {
    expect((await lookupIdentity(33))._unsafeUnwrap().user.name).toBe('www-data');
  });
});
