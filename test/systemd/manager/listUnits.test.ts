import { describe, expect, it } from 'vitest';
import { listUnits } from '../../../src/systemd/manager/listUnits.js';

describe('listUnits', () => {
  it('refuses patterns that no unit can match, and asks nothing about none', async () => {
    for (const pattern of ['', 'a b', '../*', '/etc/*', 'x\n']) {
      expect((await listUnits([pattern]))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
    expect((await listUnits([]))._unsafeUnwrap()).toEqual([]);
  });
});
