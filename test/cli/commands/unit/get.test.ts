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
    expect(await run('Unit.After')).toMatchObject({ exitCode: 0, stdout: 'b.service "c"\n' });
  });

  it('gives nothing and 1 for a key that is not set, or set to nothing', async () => {
    expect(await run('Service.Nice')).toEqual({ exitCode: 1, stdout: '', stderr: '' });
    expect(await run('Service.Group')).toEqual({ exitCode: 1, stdout: '', stderr: '' });
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
