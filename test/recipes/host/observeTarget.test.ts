// @module-tag linux
import { describe, expect, test } from 'vitest';
import { remedy } from '../../../src/posix/findings/index.js';
import type { Identity } from '../../../src/posix/accounts/index.js';
import { observeTarget, unfitTarget } from '../../../src/recipes/host/observeTarget.js';
import { AGENT } from '../../kimaki/support/exampleInstance.js';
import { exampleFacts } from '../migrateOffRoot/exampleFacts.js';

const { site } = exampleFacts();
/** An account of the group of the site, with what is changed of it. */
const account = (change: Partial<Identity['user']>): Identity => ({ ...AGENT, user: { ...AGENT.user, ...change } });

describe('unfitTarget', () => {
  test('has nothing against an account of the site’s group with a home of its own', () => {
    expect(unfitTarget(AGENT, site)).toBeNull();
  });

  test('refuses root by its number, whatever its name, and the group of root', () => {
    expect(unfitTarget(account({ uid: 0 }), site)?.code).toBe('TARGET_IS_ROOT');
    const group = { name: 'root', gid: 0, members: [] };
    expect(unfitTarget({ ...AGENT, group }, site)?.code).toBe('TARGET_IS_ROOT');
  });

  test('refuses an account that is not in the group of the site, with the command that puts it there', () => {
    expect(unfitTarget({ ...AGENT, groups: [AGENT.group] }, site)).toMatchObject({
      code: 'TARGET_UNUSABLE',
      remedy: remedy.command('usermod', '-aG', 'www-data', 'opencode'),
    });
  });

  test.each(['/', '/root', '/root/', '/nonexistent', '/var/www', '/home', '/home//', 'relative', ''])(
    'refuses a home that no account has for itself: %j',
    (home) => {
      expect(unfitTarget(account({ home }), site)).toMatchObject({ code: 'TARGET_UNUSABLE', subject: 'opencode' });
    },
  );
});

/** Asks for accounts that every Debian has: base-passwd. */
describe('observeTarget', () => {
  test('refuses an account that is not there, naming what creates it', async () => {
    expect(await observeTarget({ user: 'wca-nobody-here' }, site)).toBeErr({
      code: 'TARGET_MISSING',
      subject: 'wca-nobody-here',
      remedy: remedy.anyOf(remedy.option('createUser'), remedy.option('user')),
    });
  });

  test('describes the account that is to be created, which is in the group of the site', async () => {
    const target = (await observeTarget({ user: 'wca-nobody-here', createUser: true }, site))._unsafeUnwrap();
    expect(target.identity).toBeNull();
    expect(target.facts).toMatchObject({
      name: 'wca-nobody-here',
      uid: null,
      home: '/home/wca-nobody-here',
      homeMode: null,
      groups: ['wca-nobody-here', 'www-data'],
    });
    expect(target.likely.groups.map(({ gid }) => gid)).toContain(site.gid);
    // It owns nothing yet, so nothing is judged by its ownership.
    expect(target.likely.user.uid).toBe(65534);
  });

  test('takes no account of another name for one that is to be created', async () => {
    expect(await observeTarget({ user: 'root', createUser: true }, site)).toBeErr({ code: 'TARGET_IS_ROOT' });
  });

  test('refuses a name that no account can have', async () => {
    expect(await observeTarget({ user: 'a:b', createUser: true }, site)).toBeErr({
      code: 'TARGET_UNUSABLE',
      remedy: remedy.option('user'),
    });
  });

  test('refuses a home that belongs to another account, and one that is not there', async () => {
    // bin has /bin, which is root's; list has /var/list, which no package makes.
    expect(await observeTarget({ user: 'bin' }, { ...site, gid: 2 })).toBeErr({
      code: 'TARGET_UNUSABLE',
      subject: '/bin',
      message: expect.stringContaining('belongs to uid 0') as string,
    });
    expect(await observeTarget({ user: 'list' }, { ...site, gid: 38 })).toBeErr({
      code: 'TARGET_UNUSABLE',
      message: expect.stringContaining('/var/list, does not exist') as string,
    });
  });
});
