// @module-tag root
// @module-tag slow
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshPlace } from '../support/place.js';
import { privateEtc, removeRunnerAtEnd } from '../support/privateEtc.js';
import { runModule } from '../support/runModule.js';

removeRunnerAtEnd();

describe('readAccountState', () => {
  it('tells locked, open and ordinary passwords apart, and when an account ends', async () => {
    const host = privateEtc(freshPlace());
    const state = (name: string): Promise<unknown> =>
      host.script(
        `const read = await posix.readAccountState('${name}'); return read.isOk() ? read.value : read.error;`,
      );
    host.run('useradd', '-M', '-s', '/bin/bash', 'wca-locked');
    host.run('useradd', '-M', '-s', '/usr/sbin/nologin', '-p', '', '-e', '2001-02-03', 'wca-open');
    host.run('useradd', '-M', '-s', '/opt/shell', '-p', '$y$canary', '-e', '2999-01-01', 'wca-set');
    expect(await state('wca-locked')).toEqual({
      password: 'locked',
      expiresOn: null,
      expired: false,
      shellListed: true,
      shellRefuses: false,
    });
    expect(await state('wca-open')).toMatchObject({
      password: 'none',
      expiresOn: '2001-02-03',
      expired: true,
      shellListed: false,
      shellRefuses: true,
    });
    const set = await state('wca-set');
    expect(set).toMatchObject({ password: 'set', expiresOn: '2999-01-01', expired: false, shellListed: false });
    expect(JSON.stringify(set)).not.toContain('canary');
    expect(await state('wca-nobody')).toMatchObject({ code: 'USER_NOT_FOUND' });
  });

  it('says unknown to those who may not look', async () => {
    const place = freshPlace();
    const source = `import { readAccountState } from ${JSON.stringify(join(import.meta.dirname, '../../../src/posix/accounts/index.ts'))};
      console.log((await readAccountState('www-data')).map((state) => state.password).unwrapOr('error'));`;
    expect(await runModule(source, place, 33)).toBe('unknown\n');
  });
});
