import { expect, it } from 'vitest';
import { instanceName } from '../../../src/kimaki/bridges/instanceName.js';

it('tells the plain unit, a named one and every other apart', () => {
  expect(instanceName('kimaki.service')).toBe('');
  expect(instanceName('kimaki-shop.service')).toBe('shop');
  expect(instanceName('kimaki-a.b.service')).toBe('a.b');
  for (const other of [
    'kimaki.timer',
    'kimaki-.service',
    'mykimaki.service',
    'kimaki bad.service',
    '../kimaki-x.service',
    'kimaki-../x.service',
    'kimaki-x\n.service',
  ]) {
    expect(instanceName(other)).toBeNull();
  }
});
