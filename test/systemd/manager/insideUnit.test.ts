import { describe, expect, it } from 'vitest';
import { insideUnit } from '../../../src/systemd/manager/insideUnit.js';

describe('insideUnit', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await insideUnit(name))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
  });
});
