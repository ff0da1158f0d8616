import { describe, expect, it } from 'vitest';
import { journalTail } from '../../../src/systemd/manager/journalTail.js';

describe('journalTail', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await journalTail(name, 5))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
  });
});
