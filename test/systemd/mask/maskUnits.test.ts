import { expect, it } from 'vitest';
import { maskUnits, unmaskUnits } from '../../../src/systemd/mask/maskUnits.js';

it.each([maskUnits, unmaskUnits])(
  '%o refuses what is no unit name before it does anything; the rest is tested on a booted host',
  async (act) => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await act(['a.service', name]))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
  },
);
