import { expect, it } from 'vitest';
import { KIMAKI, channelLabel, unitPatterns } from '../../../src/kimaki/bridges/bridge.js';

it('finds the default instance and the named ones, and no unit of another bridge', () => {
  expect(unitPatterns(KIMAKI)).toEqual(['kimaki.service', 'kimaki-*.service']);
});

it('labels the channel of an instance as the installer does', () => {
  expect(channelLabel(KIMAKI, '')).toBe('bridge:kimaki');
  expect(channelLabel(KIMAKI, 'site-a')).toBe('bridge:kimaki-site-a');
});
