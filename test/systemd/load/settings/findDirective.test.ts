// @module-tag systemd
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { emptyResets, findDirective, isKnownKey } from '../../../../src/systemd/load/settings/findDirective.js';

/** Every key that systemd reads, as `Section.Key`. */
function keysOfSystemd(): readonly string[] {
  const said = execFileSync('/usr/lib/systemd/systemd', ['--dump-configuration-items'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let section = '';
  return said.split('\n').flatMap((line) => {
    section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
    const key = /^(\w+)=/.exec(line)?.[1];
    return key === undefined ? [] : [`${section}.${key}`];
  });
}

describe('findDirective', () => {
  it('knows every key that systemd reads', () => {
    const keys = keysOfSystemd();
    expect(keys.length).toBeGreaterThan(1000);
    const unknown = keys.filter((setting) => {
      const [section = '', key = ''] = setting.split('.');
      return findDirective(section, key) === undefined;
    });
    expect(unknown).toEqual([]);
  });

  it('knows no other', () => {
    expect(findDirective('Service', 'Listen')).toBeUndefined();
    expect(findDirective('Service', 'user')).toBeUndefined();
    expect(findDirective('Timer', 'User')).toBeUndefined();
    expect(findDirective('Nothing', 'User')).toBeUndefined();
  });

  it('knows which keys are other spellings', () => {
    expect(findDirective('Service', 'TimeoutSec')?.sets).toEqual(['Service.TimeoutStartSec', 'Service.TimeoutStopSec']);
    expect(findDirective('Service', 'StartLimitInterval')?.sets).toEqual(['Unit.StartLimitIntervalSec']);
    expect(findDirective('Unit', 'BindTo')?.sets).toEqual(['Unit.BindsTo']);
  });
});

describe('emptyResets', () => {
  it('says which keys an empty assignment resets, as if so for those that are not known', () => {
    const keys = ['User', 'ExecStart', 'Environment', 'ProtectHome', 'UMask', 'NewKey'];
    expect(keys.filter((key) => emptyResets('Service', key))).toEqual(['User', 'ExecStart', 'Environment', 'NewKey']);
    expect(emptyResets('Unit', 'After')).toBe(false);
  });
});

describe('isKnownKey', () => {
  it('knows the keys of systemd 252 in their sections', () => {
    expect([isKnownKey('Service', 'User'), isKnownKey('Unit', 'User'), isKnownKey('Service', 'NewKey')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
