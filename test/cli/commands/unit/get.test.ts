import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commandTable.js';
import { runLine } from '../../harness.js';

let folder: string;
let file: string;
const run = (...args: readonly string[]) => runLine(['unit', 'get', file, ...args], COMMANDS);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wca-unit-'));
  file = join(folder, 'demo.service');
  writeFileSync(
    file,
    '[Unit]\nAfter=a.service\nAfter=\nAfter=b.service "c"\n[Service]\nUser=root\nUser="opencode"\nExecStart=/bin/a\nExecStart=/bin/b \\\n  c\nGroup=x\nGroup=\n',
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('wca unit get', () => {
  it('gives the last value of a key that takes one, quotes and all', async () => {
    expect(await run('Service.User')).toEqual({ exitCode: 0, stdout: '"opencode"\n', stderr: '' });
  });

  it('gives all values of a list since the last empty one, a line each', async () => {
    expect(await run('Service.ExecStart')).toMatchObject({ exitCode: 0, stdout: '/bin/a\n/bin/b    c\n' });
  });

  it('gives all values of a list that no empty assignment resets', async () => {
    expect(await run('Unit.After')).toMatchObject({ exitCode: 0, stdout: 'a.service\nb.service "c"\n' });
  });

  it('gives nothing and 1 for a key that is not set, or set to nothing', async () => {
    expect(await run('Service.Nice')).toEqual({ exitCode: 1, stdout: '', stderr: '' });
    expect(await run('Service.Group')).toEqual({ exitCode: 1, stdout: '', stderr: '' });
  });

  it('gives what systemd keeps of lines that it ignores, and the last line of a key that it does not know', async () => {
    writeFileSync(file, '[Service]\nProtectHome=yes\nProtectHome=\nUMask=0002\nUMask=rwx\nNewKey=a\nNewKey=b\n');
    expect(await run('Service.ProtectHome')).toMatchObject({ exitCode: 0, stdout: 'yes\n' });
    expect(await run('Service.UMask')).toMatchObject({ exitCode: 0, stdout: '0002\n' });
    expect(await run('Service.NewKey')).toMatchObject({ exitCode: 0, stdout: 'b\n' });
  });

  it('gives the values of a drop-in', async () => {
    file = join(folder, 'a.conf');
    writeFileSync(file, '[Service]\nUser=a\nEnvironment=A=1 "B=2 3"\n');
    expect(await run('Service.User')).toMatchObject({ exitCode: 0, stdout: 'a\n' });
    expect(await run('Service.Environment')).toMatchObject({ exitCode: 0, stdout: 'A=1 "B=2 3"\n' });
  });

  it('gives section, key and values as JSON', async () => {
    const { stdout } = await run('Service.ExecStart', '--json');
    expect(JSON.parse(stdout)).toEqual({
      formatVersion: 1,
      section: 'Service',
      key: 'ExecStart',
      values: ['/bin/a', '/bin/b    c'],
    });
  });

  it.each(['Service', 'Service.', '.User', 'Service.Environment.HOME', 'Service.User=x', ''])(
    'does not take %j for a key',
    async (name) => {
      expect(await run(name)).toMatchObject({ exitCode: 64, stdout: '' });
    },
  );
});
