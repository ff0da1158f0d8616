import { expect, it } from 'vitest';
import { CC_CONNECT, KIMAKI, ROADIE, TELEGRAM } from '../../../src/kimaki/bridges/bridge.js';
import { bridgeOfProgram, bridgeOfUnit, instanceName } from '../../../src/kimaki/bridges/instanceName.js';

it('tells the plain unit, a named one and every other apart', () => {
  expect(instanceName('kimaki.service')).toBe('');
  expect(instanceName('kimaki-shop.service')).toBe('shop');
  expect(instanceName('kimaki-a.b.service')).toBe('a.b');
  expect(instanceName('roadie-shop.service')).toBe('shop');
  for (const other of [
    'kimaki.timer',
    'kimaki-.service',
    'mykimaki.service',
    'kimaki bad.service',
    '../kimaki-x.service',
    'kimaki-../x.service',
    'kimaki-x\n.service',
    'cc-connect-shop.service',
    'opencode-serve.service',
  ]) {
    expect(instanceName(other)).toBeNull();
  }
});

it('tells the bridge of a unit by its name', () => {
  expect(bridgeOfUnit('roadie.service')).toEqual({ bridge: ROADIE, instance: '' });
  expect(bridgeOfUnit('roadie-shop.service')).toEqual({ bridge: ROADIE, instance: 'shop' });
  expect(bridgeOfUnit('kimaki-roadie.service')).toEqual({ bridge: KIMAKI, instance: 'roadie' });
  expect(bridgeOfUnit('cc-connect.service')).toEqual({ bridge: CC_CONNECT, instance: '' });
  expect(bridgeOfUnit('opencode-telegram.service')).toEqual({ bridge: TELEGRAM, instance: '' });
  expect(bridgeOfUnit('nginx.service')).toBeNull();
});

it('tells the bridge of a program by its name', () => {
  expect(bridgeOfProgram('/root/.kimaki/bin/kimaki')).toBe(KIMAKI);
  expect(bridgeOfProgram('/usr/lib/kimaki.js')).toBe(KIMAKI);
  expect(bridgeOfProgram('/usr/local/lib/wp-coding-agents/roadie/bin/roadie')).toBe(ROADIE);
  expect(bridgeOfProgram('/opt/kimaki-config/run')).toBeNull();
  expect(bridgeOfProgram('')).toBeNull();
});
