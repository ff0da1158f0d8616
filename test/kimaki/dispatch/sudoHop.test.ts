import { describe, expect, it } from 'vitest';
import {
  checkAccountName,
  checkHopPath,
  escapeSudoersPath,
  isHopCommand,
  sudoHopPaths,
} from '../../../src/kimaki/dispatch/sudoHop.js';

describe('sudoHopPaths', () => {
  it('gives the plain instance the names known in the field', () => {
    expect(sudoHopPaths('')).toEqual({
      wrapper: '/usr/local/bin/wp-coding-agents-kimaki-dispatch',
      target: '/usr/local/lib/wp-coding-agents/kimaki-dispatch-target',
      sudoers: '/etc/sudoers.d/wp-coding-agents-kimaki-dispatch',
    });
  });

  it('gives a named instance the names of the installer, so that its unfiltered rule is replaced', () => {
    expect(sudoHopPaths('shop')).toEqual({
      wrapper: '/usr/local/bin/wp-coding-agents-kimaki-shop-dispatch',
      target: '/usr/local/lib/wp-coding-agents/kimaki-shop-dispatch-target',
      sudoers: '/etc/sudoers.d/wp-coding-agents-kimaki-shop-dispatch',
    });
    expect(sudoHopPaths('site@b').sudoers).toBe('/etc/sudoers.d/wp-coding-agents-kimaki-site@b-dispatch');
  });

  it('never gives two instances the same name, nor one that sudo ignores', () => {
    const instances = [
      '',
      'shop',
      'dispatch',
      'a.b',
      'a_b',
      'a:b',
      'a~',
      'a',
      'ab',
      '../x',
      'x'.repeat(200),
      `${'x'.repeat(199)}y`,
    ];
    const names = instances.map((instance) => sudoHopPaths(instance).sudoers);
    expect(new Set(names).size).toBe(instances.length);
    for (const instance of instances) expect(isHopCommand(sudoHopPaths(instance).wrapper)).toBe(true);
    expect(isHopCommand('/usr/bin/kimaki')).toBe(false);
    for (const name of names) expect(name).toMatch(/^\/etc\/sudoers\.d\/[A-Za-z0-9_@-]+$/);
  });
});

describe('checkAccountName', () => {
  it.each(['www-data', 'opencode', '_apt', 'machine$'])('accepts %s', (name) => {
    expect(checkAccountName(name)).toBeOk();
  });

  it.each([
    '',
    'ALL',
    'a b',
    'a,b',
    '%sudo',
    '#0',
    '1000',
    'root)NOPASSWD: ALL',
    'a\nb',
    'Ünal',
    'a'.repeat(33),
    'x=y',
    'a:b',
  ])('refuses %j', (name) => {
    expect(checkAccountName(name)._unsafeUnwrapErr().code).toBe('INVALID_ACCOUNT_NAME');
  });
});

describe('checkHopPath', () => {
  it.each(['relative', '', '/a/../b', '/a//b', '/a/', '/a\nb', '/a\0b', `/${'x'.repeat(5000)}`])(
    'refuses %j',
    (path) => {
      expect(checkHopPath('home', path)._unsafeUnwrapErr()).toMatchObject({ code: 'INVALID_HOP_VALUE', field: 'home' });
    },
  );

  it.each(['/', '/home/opencode', "/srv/it's here"])('accepts %j', (path) => {
    expect(checkHopPath('home', path)).toBeOk();
  });
});

describe('escapeSudoersPath', () => {
  it('leaves plain paths alone and escapes what separates or matches', () => {
    expect(escapeSudoersPath('/usr/local/lib/x-y_z.sh')).toBe('/usr/local/lib/x-y_z.sh');
    expect(escapeSudoersPath('/a@b')).toBe('/a@b');
    expect(escapeSudoersPath('/a b,c:d=e*f\\g')).toBe('/a\\ b\\,c\\:d\\=e\\*f\\\\g');
  });
});
