// @module-tag linux
import { describe, expect, it } from 'vitest';
import { lookupUserById } from '../../../src/posix/accounts/lookupUserById.js';

describe('lookupUserById', () => {
  it('finds the account of a uid', async () => {
    expect((await lookupUserById(33))._unsafeUnwrap().name).toBe('www-data');
  });

  it('says that there is none, also for what no uid can be', async () => {
    for (const uid of [4_000_000_000, 0xffff_ffff, -1, 1.5, Number.NaN]) {
      expect((await lookupUserById(uid))._unsafeUnwrapErr().code, String(uid)).toBe('USER_NOT_FOUND');
    }
  });
});
