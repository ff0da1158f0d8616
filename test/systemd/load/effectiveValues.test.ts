import { describe, expect, it } from 'vitest';
import {
  effectiveBoolean,
  effectiveCommands,
  effectiveEnvironment,
  effectiveValue,
  effectiveValues,
} from '../../../src/systemd/load/effectiveValues.js';
import { effectiveOf, serviceOf } from '../support/effectiveOf.js';

describe('effectiveValue', () => {
  it('gives the value of the last file that sets a key, with its file and line', () => {
    const unit = serviceOf('User=a\nGroup=a', 'User=b');
    expect(effectiveValue(unit, 'Service', 'User')).toEqual({ value: 'b', path: 'f1', line: 2 });
    expect(effectiveValue(unit, 'Service', 'Group')).toEqual({ value: 'a', path: 'f0', line: 3 });
    expect(effectiveValue(unit, 'Service', 'UMask')).toBeUndefined();
    expect(effectiveValue(unit, 'Unit', 'User')).toBeUndefined();
  });

  it.each([
    ['ProtectHome=yes\nProtectHome=', 'ProtectHome', 'yes'],
    ['NoNewPrivileges=yes\nNoNewPrivileges=nope', 'NoNewPrivileges', 'yes'],
    ['ProtectHome=yes\nProtectHome=no', 'ProtectHome', 'no'],
    ['User=a\nUser=', 'User', undefined],
    ['UMask=0002\nUMask=', 'UMask', '0002'],
    ['StandardOutput=file:/a\nStandardOutput=nope', 'StandardOutput', 'file:/a'],
  ])('of %j gives what systemd keeps', (lines, key, value) => {
    expect(effectiveValue(serviceOf(lines), 'Service', key)?.value).toBe(value);
  });
});

describe('effectiveValues', () => {
  it('gives each value of a key whose assignments add up, over all files', () => {
    const unit = serviceOf('ReadOnlyPaths=/a "/b c"', 'ReadOnlyDirectories=/d');
    const expected = ['/a f0:2', '/b c f0:2', '/d f1:2'];
    for (const key of ['ReadOnlyPaths', 'ReadOnlyDirectories']) {
      const found = effectiveValues(unit, 'Service', key).map(({ value, path, line }) => `${value} ${path}:${line}`);
      expect(found).toEqual(expected);
    }
  });

  it('gives nothing for a key that is not set or that systemd does not know', () => {
    expect(effectiveValues(serviceOf('Nope=1'), 'Service', 'Nope')).toEqual([]);
    expect(effectiveValues(serviceOf('Nope=1'), 'Service', 'After')).toEqual([]);
  });
});

describe('effectiveBoolean', () => {
  it.each([
    ['NoNewPrivileges=ON', true],
    ['NoNewPrivileges=no', false],
    ['Nice=1', false],
  ])('of %j is %s', (lines, expected) => {
    expect(effectiveBoolean(serviceOf(lines), 'Service', 'NoNewPrivileges')).toBe(expected);
  });
});

describe('effectiveEnvironment', () => {
  it('gives each variable as it is last assigned', () => {
    expect(effectiveEnvironment(serviceOf('Environment=A=1 "B=x y" H=%h', 'Environment=A=2=3'))).toEqual({
      A: '2=3',
      B: 'x y',
      H: '/root',
    });
  });
});

describe('effectiveCommands', () => {
  it('gives every command of a line with specifiers expanded, and none that an empty assignment reset', () => {
    const unit = serviceOf(
      'ExecStartPre=/gone\nExecStartPre=\nExecStartPre=-+%h/hook "a b" %% ; /bin/b $X\nExecStart=/bin/c\nExecPaths=/x',
    );
    expect(effectiveCommands(unit)).toEqual([
      { key: 'ExecStartPre', prefixes: '-+', program: '/root/hook', args: ['a b', '%'], path: 'f0', line: 4 },
      { key: 'ExecStartPre', prefixes: '', program: '/bin/b', args: ['$X'], path: 'f0', line: 4 },
      { key: 'ExecStart', prefixes: '', program: '/bin/c', args: [], path: 'f0', line: 5 },
    ]);
  });

  it('gives the commands of a service only', () => {
    expect(effectiveCommands(effectiveOf(['[Socket]\nExecStartPre=/a\n'], 'x.socket'))).toEqual([]);
  });
});
