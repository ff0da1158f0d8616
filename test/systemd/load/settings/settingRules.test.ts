// @module-tag slow
import { describe, expect, it } from 'vitest';
import type * as unitModule from '../../../../src/systemd/load/effectiveUnit.js';
import type * as specifierModule from '../../../../src/systemd/values/unitSpecifiers.js';
import { seeded } from '../../../posix/support/random.js';
import { grammarCases, sourcesOf } from '../../support/grammarCases.js';
import { answerWithin, firstWrong, loadWithout, sourceOf } from '../../support/loadWithout.js';
import type { Rule } from '../../support/rule.js';
import { SETTING_RULES } from '../../support/settingRules.js';
import { valueCases } from '../../support/valueCases.js';

type Reader = Pick<typeof unitModule, 'effectiveUnit'> & Pick<typeof specifierModule, 'unitSpecifiers'>;

/** Of the units in effectiveUnit.lab.test.ts, of which a running systemd says every value. */
const cases = [...valueCases(), ...grammarCases(seeded(4), 50).filter((_, i) => i % 50 < 15)].map((one) => ({
  name: one.name,
  sources: sourcesOf(one),
}));

function readerWithout(rule?: Rule): Reader {
  return loadWithout(['load/effectiveUnit', 'values/unitSpecifiers'], rule) as Reader;
}

function answer({ effectiveUnit, unitSpecifiers }: Reader, { name, sources }: (typeof cases)[number]): unknown {
  return effectiveUnit(name, sources, unitSpecifiers(name, `/etc/systemd/system/${name}`));
}

describe('the units that systemd is asked about', () => {
  const real = readerWithout();
  const right = cases.map((one) => answerWithin(2_000, () => answer(real, one)));
  /** Rules that stand together are mostly noticed by units that do. */
  let last = 0;

  it('have an answer each', () => {
    expect(right).not.toContain(undefined);
  });

  it.each(SETTING_RULES.map((rule) => [rule.name, rule] as const))('notice the loss of a rule: %s', (_, rule) => {
    expect(sourceOf(rule.module).split(rule.from).length - 1, 'places where the rule stands').toBe(1);
    const bent = readerWithout(rule);
    const isRight = (i: number): boolean => {
      const one = cases[i];
      return one !== undefined && JSON.stringify(answer(bent, one)) === right[i];
    };
    const found = firstWrong(cases.length, Math.max(0, last - 50), isRight, () => 2_000);
    expect(found).not.toBe(-1);
    last = found;
  });
});
