import { expect, it } from 'vitest';
import { startUnit, stopUnit, restartUnit, reloadUnit } from '../../../src/systemd/manager/jobs.js';

it.each([startUnit, stopUnit, restartUnit, reloadUnit])(
  '%o refuses what is no unit name before it does anything; the rest is tested on a booted host',
  async (act) => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await act(name))._unsafeUnwrapErr().code).toBe('INVALID_UNIT_NAME');
    }
  },
);
