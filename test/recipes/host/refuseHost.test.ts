import { expect, test } from 'vitest';
import { lackingPowers } from '../../../src/recipes/host/refuseHost.js';

const ALL = 'CapPrm:\t000001ffffffffff\nCapEff:\t000001ffffffffff\n';
const WHOLE = '         0          0 4294967295\n';

test('root of the host lacks nothing', () => {
  expect(lackingPowers(ALL, WHOLE, WHOLE)).toBeNull();
});

test('a missing capability is named, and one that is not needed is not', () => {
  expect(lackingPowers(ALL.replaceAll('ffff\n', 'fffe\n'), WHOLE, WHOLE)).toBe('without CAP_CHOWN');
  expect(lackingPowers('CapEff:\t0000000000000000\n', WHOLE, WHOLE)).toContain('CAP_DAC_OVERRIDE, CAP_FOWNER');
  expect(lackingPowers('CapEff:\t00000000a80425fb\n', WHOLE, WHOLE)).toBeNull();
});

test('root of a user namespace is not root over the host', () => {
  expect(lackingPowers(ALL, '0 1000 1\n', WHOLE)).toContain('user namespace');
  expect(lackingPowers(ALL, WHOLE, '0 100000 65536\n')).toContain('user namespace');
});

test('what could not be read says nothing', () => {
  expect(lackingPowers('', '', '')).toBeNull();
});
