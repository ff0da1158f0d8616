import { describe, expect, it } from 'vitest';
import { awaitHealthy } from '../../../src/systemd/watch/awaitHealthy.js';

describe('awaitHealthy', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await awaitHealthy(name, { holdSeconds: 1, deadlineMs: 1000 }))._unsafeUnwrapErr().code).toBe(
        'INVALID_UNIT_NAME',
      );
    }
  });
});
