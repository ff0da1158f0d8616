import { describe, expect, it } from 'vitest';
import { holdUnits } from '../../../src/systemd/mask/holdUnits.js';

describe('holdUnits', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await holdUnits(['a.service', name]))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
  });
});
