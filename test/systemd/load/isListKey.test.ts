import { describe, expect, it } from 'vitest';
import { isListKey } from '../../../src/systemd/load/isListKey.js';

describe('isListKey', () => {
  it('knows which assignments add up', () => {
    expect(
      ['ExecStart', 'Environment', 'SupplementaryGroups', 'User', 'UMask'].map((key) => isListKey('Service', key)),
    ).toEqual([true, true, true, false, false]);
    expect(isListKey('Unit', 'After')).toBe(true);
    expect(isListKey('X-Mine', 'After')).toBe(false);
  });
});
