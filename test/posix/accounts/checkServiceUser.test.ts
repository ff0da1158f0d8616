// @module-tag root
// @module-tag slow
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkServiceUser } from '../../../src/posix/accounts/checkServiceUser.js';
import { freshPlace } from '../support/place.js';
import { privateEtc, removeRunnerAtEnd } from '../support/privateEtc.js';

removeRunnerAtEnd();

const SPEC = { name: 'wca-test-agent', home: '/home/wca-test-agent', shell: '/bin/sh', groups: [] };

async function fieldOf(changes: object): Promise<string> {
  const error = (await checkServiceUser({ ...SPEC, ...changes }))._unsafeUnwrapErr();
  return error.code === 'INVALID_USER_SPEC' ? error.field : error.code;
}

describe('checkServiceUser', () => {
  it('tells absent, incomplete and present apart, and changes nothing', async () => {
    const place = freshPlace();
    const home = join(place, 'agent');
    const host = privateEtc(place);
    const spec = JSON.stringify({ ...SPEC, home });
    const state = (): Promise<unknown> =>
      host.script(`const state = await posix.checkServiceUser(${spec});
        return state.isOk() ? state.value : state.error;`);
    expect(await state()).toBe('absent');
    host.run('useradd', '-M', '-d', home, '-s', '/bin/sh', SPEC.name);
    expect(await state()).toBe('incomplete');
    mkdirSync(home);
    expect(await state()).toMatchObject({ code: 'USER_DIFFERS', differences: ['the home belongs to uid 0'] });
    host.run('chown', SPEC.name, home);
    expect(await state()).toBe('present');
    rmdirSync(home);
    writeFileSync(home, '');
    host.run('chown', SPEC.name, home);
    expect(await state()).toMatchObject({ differences: ['the home is a file, expected a directory'] });
  });

  it('does not take another name of root for a service user', async () => {
    const place = freshPlace();
    const host = privateEtc(place);
    host.run('useradd', '-M', '-o', '-u', '0', '-d', '/root', '-s', '/bin/sh', 'toor');
    const spec = JSON.stringify({ ...SPEC, name: 'toor', home: '/root' });
    expect(await host.script(`return (await posix.checkServiceUser(${spec})).error;`)).toMatchObject({
      code: 'USER_DIFFERS',
      differences: ['its uid is 0: it is root under another name'],
    });
  });

  it('does not take an expired account, which sudo and cron refuse', async () => {
    const place = freshPlace();
    const host = privateEtc(place);
    host.run('useradd', '-M', '-d', SPEC.home, '-s', SPEC.shell, '-e', '2001-02-03', 'wca-expired');
    const spec = JSON.stringify({ ...SPEC, name: 'wca-expired', groups: [] });
    expect(await host.script(`return (await posix.checkServiceUser(${spec})).error;`)).toMatchObject({
      code: 'USER_DIFFERS',
      differences: ['it expired on 2001-02-03'],
    });
  });

  it('refuses names that useradd, sudoers or systemd would read otherwise', async () => {
    const odd = ['', '0', '1000', '-u', 'a b', 'a,b', 'a#', 'a:b', 'Agent', 'é', 'a/b', 'a\n', 'x'.repeat(33)];
    for (const name of ['root', ...odd]) {
      expect(await fieldOf({ name }), JSON.stringify(name)).toBe('name');
    }
  });

  it('refuses homes and shells that are no plain absolute path', async () => {
    for (const path of ['', 'home', '/', '/a/', '/a//b', '/a/../b', '/a/.', '/a:b', '/a\nb', '/a,b']) {
      expect(await fieldOf({ home: path }), JSON.stringify(path)).toBe('home');
      expect(await fieldOf({ shell: path }), JSON.stringify(path)).toBe('shell');
    }
    expect(await fieldOf({ home: '/nonexistent' })).toBe('home');
    expect(await fieldOf({ home: '/root' })).toBe('HOME_EXISTS');
  });

  it('refuses groups that cannot be names, before any program sees them', async () => {
    for (const group of ['', '0', 'a,b', '-x', 'a b']) expect(await fieldOf({ groups: [group] }), group).toBe('groups');
  });
});
