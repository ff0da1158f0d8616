import { describe, expect, it } from 'vitest';
import { UNIT_ALIASES, UNIT_KEYS } from '../../../../../src/systemd/load/settings/tables/unitKeys.js';

function shapeOf(key: string) {
  return UNIT_KEYS.find(([, names]) => names.split(' ').includes(key))?.[0];
}

describe('UNIT_KEYS', () => {
  it('knows every condition as an assertion too, but for the one that systemd 252 lacks', () => {
    const keys = UNIT_KEYS.flatMap(([, names]) => names.split(' '));
    const of = (family: string): readonly string[] =>
      keys.filter((key) => key.startsWith(family)).map((key) => key.slice(family.length));
    expect(of('Condition').length).toBeGreaterThan(30);
    expect(of('Condition').filter((key) => !of('Assert').includes(key))).toEqual(['Firmware']);
    expect(of('Assert').filter((key) => !of('Condition').includes(key))).toEqual([]);
  });

  it('names no key twice', () => {
    const keys = [...UNIT_KEYS.flatMap(([, names]) => names.split(' ')), ...Object.keys(UNIT_ALIASES)];
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('resets all conditions with an empty one, and assertions apart from them', () => {
    const cleared = (key: string): RegExp | null | undefined => shapeOf(key)?.clears;
    expect(cleared('ConditionHost')?.test('ConditionPathExists')).toBe(true);
    expect(cleared('ConditionHost')?.test('AssertHost')).toBe(false);
    expect(cleared('AssertHost')?.test('AssertPathExists')).toBe(true);
  });

  it('never resets a dependency', () => {
    expect(['After', 'Wants', 'Requires', 'RequiresMountsFor'].map((key) => shapeOf(key)?.emptyResets)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
