import { describe, expect, it } from 'vitest';
import { checkUnitName } from '../../../src/systemd/names/checkUnitName.js';

describe('checkUnitName', () => {
  it.each([
    'kimaki.service',
    'kimaki-a.b.timer',
    'getty@tty1.service',
    'foo@.service',
    '-.mount',
    'dev-disk-by\\x2dlabel.swap',
    'a:b_c.socket',
  ])('takes %s', (name) => {
    expect(checkUnitName(name)._unsafeUnwrap()).toBe(name);
  });

  it.each([
    '',
    'kimaki',
    'kimaki.conf',
    '.service',
    '@x.service',
    '../kimaki.service',
    'a..b.service',
    '/etc/x.service',
    'a b.service',
    'a\n.service',
    'a;b.service',
    'ä.service',
    '$(x).service',
    `${'x'.repeat(250)}.service`,
    '.x.service',
    'a@b.mount',
    'a@.slice',
  ])('refuses %j', (name) => {
    const refused = checkUnitName(name)._unsafeUnwrapErr();
    expect(refused.code).toBe('INVALID_UNIT_NAME');
    expect(refused.message).not.toContain('\n');
    expect(refused.unit.length).toBeLessThanOrEqual(80);
  });
});
