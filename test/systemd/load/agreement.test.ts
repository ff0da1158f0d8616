// @module-tag systemd
// @module-tag slow
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveVariables } from '../../../src/systemd/values/liveVariables.js';
import { parseExec } from '../../../src/systemd/values/parseExec.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { unitValues } from '../../../src/systemd/document/unitValues.js';
import { agreement } from '../support/answers.js';
import { oddServices } from '../support/arbitraries.js';
import { loadUnits } from '../support/loadedUnits.js';
import { cases } from '../../support/campaign.js';

const reader = { parseUnit, parseExec, unitValues, liveVariables };

describe('what a unit file says', () => {
  it('is for many generated ones what systemd loads: user, environment, commands, or that it does not load', async () => {
    const units = fc.sample(oddServices, cases(1_500, 5_000));
    const loaded = await loadUnits(units);
    let compared = 0;
    for (const [index, bytes] of units.entries()) {
      const { own, theirs } = agreement(reader, bytes, loaded[index] ?? expect.fail());
      expect(own, JSON.stringify(bytes.toString('latin1'))).toEqual(theirs);
      if (loaded[index]?.loads === true) compared += 1;
    }
    expect(compared).toBeGreaterThan(units.length / 2);
  });
});
