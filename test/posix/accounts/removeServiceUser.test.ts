// @module-tag root
// @module-tag slow
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { removeServiceUser } from '../../../src/posix/accounts/removeServiceUser.js';
import { freshPlace } from '../support/place.js';
import { privateEtc, removeRunnerAtEnd } from '../support/privateEtc.js';
import type { PrivateEtc } from '../support/privateEtc.js';

removeRunnerAtEnd();

const NAME = 'wca-test-agent';
let home = '';
let host: PrivateEtc;
beforeEach(() => {
  const place = freshPlace();
  mkdirSync(join(place, 'home'));
  home = join(place, 'home', NAME);
  host = privateEtc(place);
});

const accounts = (): string[] =>
  ['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].map((name) =>
    existsSync(join(host.etc, name)) ? readFileSync(join(host.etc, name), 'utf8') : '',
  );

const create = (): Promise<unknown> =>
  host.script(
    `const spec = ${JSON.stringify({ name: NAME, home, shell: '/bin/sh', groups: ['www-data'] })};
     return (await posix.createServiceUser(spec)).isOk();`,
  );
const remove = (name = NAME): Promise<unknown> =>
  host.script(
    `const gone = await posix.removeServiceUser(${JSON.stringify(name)});
     return gone.isOk() ? gone.value : gone.error;`,
  );

describe('removeServiceUser', () => {
  it('undoes createServiceUser: the account files are as before, and the home is gone', async () => {
    const before = accounts();
    expect(await create()).toBe(true);
    expect(accounts()).not.toEqual(before);
    expect(await remove()).toEqual({ removed: true });
    expect(accounts()).toEqual(before);
    expect(existsSync(home)).toBe(false);
    expect(await remove()).toEqual({ removed: false });
  });

  it('keeps a home with anything in it', async () => {
    expect(await create()).toBe(true);
    writeFileSync(join(home, 'work'), 'precious');
    expect(await remove()).toEqual({ removed: true, homeKept: home });
    expect(readFileSync(join(home, 'work'), 'utf8')).toBe('precious');
  });

  it('refuses while processes run as the user, and names them', async () => {
    expect(await create()).toBe(true);
    const refused = await host.script(
      `const { spawn } = await import('node:child_process');
       const child = spawn('setpriv', ['--reuid=${NAME}', '--clear-groups', '--', 'sh', '-c', 'echo; exec sleep 60'],
         { stdio: ['ignore', 'pipe', 'ignore'] });
       await new Promise((resolve) => child.stdout.once('data', resolve));
       const gone = await posix.removeServiceUser('${NAME}');
       child.kill('SIGKILL');
       return { error: gone.error, pid: child.pid };`,
    );
    expect(refused).toMatchObject({ error: { code: 'USER_BUSY' } });
    const { error, pid } = refused as { error: { pids: number[] }; pid: number };
    expect(error.pids).toEqual([pid]);
    expect(existsSync(home)).toBe(true);
    expect(host.run('getent', 'passwd', NAME)).toContain(home);
  });

  it('never removes root, under whatever name', async () => {
    host.run('useradd', '-M', '-o', '-u', '0', '-s', '/bin/sh', 'toor');
    for (const name of ['root', 'toor']) expect(await remove(name)).toMatchObject({ code: 'USER_PROTECTED' });
    expect((await removeServiceUser('0'))._unsafeUnwrapErr().code).toBe('INVALID_USER_NAME');
  });
});
