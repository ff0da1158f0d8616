import { describe, expect, it } from 'vitest';
import { parseChange, parseRemoval, parseSettingName } from '../../../../src/cli/commands/unit/parseChange.js';

const SET = { kind: 'set', section: 'Service', key: 'User' };
const VARIABLE = { kind: 'set', section: 'Service', key: 'Environment', variable: 'HOME' };

describe('parseChange', () => {
  it.each([
    ['Service.User=opencode', { ...SET, value: 'opencode' }],
    ['Service.User=', { ...SET, value: '' }],
    ['Service.User=a=b.c', { ...SET, value: 'a=b.c' }],
    ['Service.ExecStartPre+=/bin/a', { kind: 'add', section: 'Service', key: 'ExecStartPre', value: '/bin/a' }],
    ['Service.Environment=A=1', { kind: 'set', section: 'Service', key: 'Environment', value: 'A=1' }],
    ['Service.Environment.HOME=/home/opencode', { ...VARIABLE, value: '/home/opencode' }],
    ['Service.Environment.HOME=a=b', { ...VARIABLE, value: 'a=b' }],
    ['X-Mine.Some Key=x\ny', { kind: 'set', section: 'X-Mine', key: 'Some Key', value: 'x\ny' }],
  ])('reads %j', (text, change) => {
    expect(parseChange(text)._unsafeUnwrap()).toEqual(change);
  });

  it.each([
    '',
    'User=canary',
    'Service=canary',
    '.User=canary',
    'Service.=canary',
    'Service.User',
    'Service.User.x=canary',
    'Unit.Environment.HOME=canary',
    'Service.Environment.HOME+=canary',
    'Service.Environment.=canary',
    'a.b.c.d=canary',
  ])('refuses %j and does not repeat the value', (text) => {
    const { message } = parseChange(text)._unsafeUnwrapErr();
    expect(message).toContain('Section.Key=VALUE');
    expect(message).not.toContain('canary');
  });
});

describe('parseRemoval', () => {
  it('reads a key, and one variable', () => {
    expect(parseRemoval('Service.User')._unsafeUnwrap()).toEqual({ kind: 'remove', section: 'Service', key: 'User' });
    expect(parseRemoval('Service.Environment.HOME')._unsafeUnwrap()).toEqual({
      kind: 'remove',
      section: 'Service',
      key: 'Environment',
      variable: 'HOME',
    });
  });

  it.each(['', 'User', 'Service.User=x', 'Service.User.x', 'Unit.Environment.HOME', 'Service.'])(
    'refuses %j',
    (text) => {
      expect(parseRemoval(text)).toBeErr();
    },
  );
});

describe('parseSettingName', () => {
  it('reads a key, and no variable', () => {
    expect(parseSettingName('Service.User')._unsafeUnwrap()).toEqual({ section: 'Service', key: 'User' });
    expect(parseSettingName('Service.Environment.HOME')).toBeErr();
    expect(parseSettingName('Service')).toBeErr();
  });
});
