// @module-tag root
// @module-tag slow
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshPlace } from '../support/place.js';
import { privateEtc, removeRunnerAtEnd } from '../support/privateEtc.js';
import type { PrivateEtc } from '../support/privateEtc.js';

removeRunnerAtEnd();

const NAME = 'wca-test-agent';
let place = '';
let home = '';
let host: PrivateEtc;
beforeEach(() => {
  place = freshPlace();
  home = join(place, 'home', NAME);
  mkdirSync(join(place, 'home'));
  host = privateEtc(place);
});

function specified(changes: object = {}): string {
  return JSON.stringify({ name: NAME, home, shell: '/bin/bash', groups: ['www-data'], ...changes });
}

const create = (changes: object = {}): Promise<unknown> =>
  host.script(`const made = await posix.createServiceUser(${specified(changes)});
    return made.isOk() ? made.value : made.error;`);

describe('createServiceUser', () => {
  it('makes the account with its own group, the groups asked for, no password, and an empty home 0750', async () => {
    expect(await create()).toEqual({ created: true });
    const passwd = host.run('getent', 'passwd', NAME).trim().split(':');
    const [uid, gid] = [Number(passwd[2]), Number(passwd[3])];
    expect(uid).toBeGreaterThanOrEqual(1000);
    expect(passwd.slice(5)).toEqual([home, '/bin/bash']);
    expect(host.run('id', '-Gn', NAME).trim().split(' ').sort()).toEqual(['www-data', NAME].sort());
    expect(host.run('getent', 'shadow', NAME)).toMatch(new RegExp(`^${NAME}:!`));
    expect(statSync(home)).toMatchObject({ uid, gid });
    expect(statSync(home).mode & 0o7777).toBe(0o750);
    expect(readdirSync(home)).toEqual([]);
    // The accounts of this machine are none of a test's business.
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain(NAME);
  });

  it('leaves an account that fits as it is, whatever its home has become', async () => {
    expect(await create()).toEqual({ created: true });
    chmodSync(home, 0o700);
    const before = readFileSync(join(host.etc, 'passwd'));
    expect(await create()).toEqual({ created: false });
    expect(await create({ groups: [] })).toEqual({ created: false });
    expect(readFileSync(join(host.etc, 'passwd')).equals(before)).toBe(true);
    expect(statSync(home).mode & 0o7777).toBe(0o700);
  });

  it('makes the home that a killed call did not come to', async () => {
    expect(await create()).toEqual({ created: true });
    rmdirSync(home);
    expect(await create()).toEqual({ created: false });
    expect(statSync(home).mode & 0o7777).toBe(0o750);
  });

  it('refuses an account that differs, and says in what', async () => {
    expect(await create()).toEqual({ created: true });
    const refused = await create({ home: `${home}2`, shell: '/bin/sh', groups: ['www-data', 'adm'] });
    expect(refused).toMatchObject({
      code: 'USER_DIFFERS',
      differences: [
        `its home is ${home}, expected ${home}2`,
        'its shell is /bin/bash, expected /bin/sh',
        'it is not in adm',
      ],
    });
  });

  it('refuses what is in the way, and makes no account then', async () => {
    mkdirSync(home);
    expect(await create()).toMatchObject({ code: 'HOME_EXISTS', path: home });
    rmdirSync(home);
    host.run('groupadd', NAME);
    expect(await create()).toMatchObject({ code: 'GROUP_EXISTS', group: NAME });
    host.run('groupdel', NAME);
    expect(await create({ groups: ['no-such-group'] })).toMatchObject({ code: 'GROUP_NOT_FOUND' });
    expect(await create({ shell: '/bin/no-such-shell' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await create({ home: join(place, 'none', NAME) })).toMatchObject({ code: 'NOT_FOUND' });
    chmodSync(join(place, 'home'), 0o777);
    expect(await create()).toMatchObject({ code: 'UNTRUSTED_PATH' });
    expect(readFileSync(join(host.etc, 'passwd'), 'utf8')).not.toContain(NAME);
    expect(existsSync(home)).toBe(false);
  });

  it('is seen by a lookup that asked before, and so is its removal', async () => {
    const said = await host.script(
      `const groups = async () => (await posix.lookupIdentity('${NAME}')).match(({ groups }) => groups.length, (e) => e.code);
       const before = await groups();
       await posix.createServiceUser(${specified()});
       const [made, again] = [await groups(), await groups()];
       const { execFileSync } = await import('node:child_process');
       execFileSync('/usr/sbin/usermod', ['-aG', 'games', '${NAME}']);
       const more = await groups();
       execFileSync('/usr/sbin/userdel', ['${NAME}']);
       return [before, made, again, more, await groups()];`,
    );
    expect(said).toEqual(['USER_NOT_FOUND', 2, 2, 3, 'USER_NOT_FOUND']);
  });

  it('passes on what useradd says when it fails, and leaves no home behind', async () => {
    // Another program is just changing the accounts: its lock file names a process that lives.
    const lock = join(host.etc, 'passwd.lock');
    host.run('sh', '-c', `printf ${process.pid} > /etc/passwd.lock`);
    const refused = await create();
    expect(refused).toMatchObject({ code: 'PROGRAM_FAILED' });
    expect(JSON.stringify(refused)).toMatch(/lock/);
    expect(existsSync(lock)).toBe(true);
    expect(existsSync(home)).toBe(false);
  });
});
