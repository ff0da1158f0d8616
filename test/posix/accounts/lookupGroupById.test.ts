// @module-tag linux
import { describe, expect, it } from 'vitest';
import { lookupGroupById } from '../../../src/posix/accounts/lookupGroupById.js';

describe('lookupGroupById', () => {
  it('finds the group of a gid', async () => {
    expect((await lookupGroupById(33))._unsafeUnwrap().name).toBe('www-data');
  });

  it('says that there is none, also for what no gid can be', async () => {
    for (const gid of [4_000_000_000, 0xffff_ffff, -1]) {
      expect((await lookupGroupById(gid))._unsafeUnwrapErr().code, String(gid)).toBe('GROUP_NOT_FOUND');
    }
  });
});
