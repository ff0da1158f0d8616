import { describe, expect, it } from 'vitest';
import { awaitState } from '../../../src/systemd/watch/awaitState.js';

describe('awaitState', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await awaitState(name, 'active', { deadlineMs: 1000 }))._unsafeUnwrapErr().code).toBe(
        'INVALID_UNIT_NAME',
      );
    }
  });
});
