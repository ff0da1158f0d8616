import { describe, expect, it } from 'vitest';
import { migrationOptions, readOptions, verificationOptions } from '../../../src/recipes/host/options.js';
import { hardenOptions } from '../../../src/recipes/hardenInstall/options.js';

describe('the options of a migration', () => {
  it('are taken as they are when they are right', () => {
    const options = {
      unit: 'kimaki.service',
      site: '/srv/site',
      hold: 0,
      existingState: 'set-aside',
      migrateExtra: ['x'],
    };
    expect(readOptions(migrationOptions, options)._unsafeUnwrap()).toEqual(options);
    expect(readOptions(migrationOptions, {})._unsafeUnwrap()).toEqual({});
  });

  it.each([
    [{ usr: 'opencode' }, 'usr'],
    [{ user: 7 }, 'user'],
    [{ user: undefined }, 'user'],
    [{ site: 'srv/site' }, 'site'],
    [{ hold: -1 }, 'hold'],
    [{ hold: 1.5 }, 'hold'],
    [{ whenIdle: '5' }, 'whenIdle'],
    [{ existingState: 'merge' }, 'existingState'],
    [{ keepPaths: 'yes' }, 'keepPaths'],
    [{ migrateExtra: 'x' }, 'migrateExtra'],
  ])('with %j are refused by name', (options, subject) => {
    const refused = readOptions(migrationOptions, options)._unsafeUnwrapErr();
    expect(refused).toMatchObject({ code: 'INVALID_OPTIONS', subject });
    expect(refused.message).toContain(`option ${subject} `);
    expect(refused.message).not.toContain('undefined');
  });

  it.each([null, [], 'x', 7])('that are %j are refused as a whole', (options) => {
    expect(readOptions(migrationOptions, options)._unsafeUnwrapErr()).toMatchObject({
      code: 'INVALID_OPTIONS',
      subject: 'options',
    });
  });
});

it('the options of a verification and of an installer are read as strictly', () => {
  expect(readOptions(verificationOptions, { waitScheduled: '5' })._unsafeUnwrapErr().subject).toBe('waitScheduled');
  expect(readOptions(hardenOptions, { user: 'opencode' })._unsafeUnwrapErr().subject).toBe('user');
  expect(readOptions(hardenOptions, { keepAutoUpgrade: true, hold: 3 }).isOk()).toBe(true);
});
