import { describe, expect, it } from 'vitest';
import { isActive } from '../../../src/systemd/manager/activity.js';

describe('isActive', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await isActive(name))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
  });
});
