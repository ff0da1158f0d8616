// @module-tag linux
import { describe, expect, it } from 'vitest';
import { lookupGroup } from '../../../src/posix/accounts/lookupGroup.js';

describe('lookupGroup', () => {
  it('finds a group by its name', async () => {
    expect((await lookupGroup('www-data'))._unsafeUnwrap()).toMatchObject({ name: 'www-data', gid: 33 });
  });

  it('says that there is no such group, and takes no number for a gid', async () => {
    for (const name of ['no-such-group', '33', '', 'a:b']) {
      expect((await lookupGroup(name))._unsafeUnwrapErr().code, name).toBe('GROUP_NOT_FOUND');
    }
  });
});
