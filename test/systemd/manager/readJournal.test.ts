import { describe, expect, it } from 'vitest';
import { readJournal } from '../../../src/systemd/manager/readJournal.js';

describe('readJournal', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await readJournal(name, { lines: 5 }))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
  });
});
