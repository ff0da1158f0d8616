import { describe, expect, it } from 'vitest';
import { releaseUnits } from '../../../src/systemd/mask/releaseUnits.js';

describe('releaseUnits', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await releaseUnits(['a.service', name]))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
  });
});
