// @module-tag linux
import { describe, expect, it } from 'vitest';
import { lookupUser } from '../../../src/posix/accounts/lookupUser.js';

describe('lookupUser', () => {
  it('finds an account with its ids, home and shell', async () => {
    const user = (await lookupUser('root'))._unsafeUnwrap();
    expect(user).toMatchObject({ name: 'root', uid: 0, gid: 0, home: '/root' });
    expect(user.shell).toMatch(/^\//);
  });

  it('says that there is no such user', async () => {
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
});
