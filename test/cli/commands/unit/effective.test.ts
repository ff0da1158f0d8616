import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commandTable.js';
import { runLine } from '../../harness.js';

let folder: string;
let file: string;
const run = (...args: readonly string[]) => runLine(['unit', 'effective', ...args], COMMANDS);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wca-unit-'));
  file = join(folder, 'demo.service');
  writeFileSync(
    file,
    '[Service]\nExecStart=/bin/true --token canary-4711\nUser=root\nUMask=9\nEnvironment=A=1 KIMAKI_BOT_TOKEN=canary-4711\n',
  );
  mkdirSync(`${file}.d`);
  writeFileSync(join(`${file}.d`, 'user.conf'), '[Service]\nUser=opencode\n');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('wca unit effective', () => {
  it('gives each value after all drop-ins with the line it comes from, and hides secrets', async () => {
    const { exitCode, stdout, stderr } = await run(file);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      `Service.ExecStart=/bin/true --token [secret]  ${file}:2`,
      `Service.User=opencode  ${file}.d/user.conf:2`,
      `Service.Environment=A=1  ${file}:5`,
      `Service.Environment=KIMAKI_BOT_TOKEN=[secret]  ${file}:5`,
      '',
    ]);
    expect(stderr).toContain(`${file}:4: Service.UMask: `);
  });

  it('gives the same as JSON', async () => {
    const { stdout } = await run(file, 'Service.User', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      formatVersion: 1,
      unit: 'demo.service',
      loadState: 'loaded',
      settings: [
        {
          section: 'Service',
          key: 'User',
          checked: true,
          values: [{ value: 'opencode', path: `${file}.d/user.conf`, line: 2 }],
        },
      ],
      ignored: [{ path: file, line: 4, setting: 'Service.UMask' }],
      faults: [],
    });
    expect(stdout).not.toContain('canary');
  });

  it('says 1 when a key that was named is not set', async () => {
    expect(await run(file, 'Service.User')).toMatchObject({ exitCode: 0 });
    expect(await run(file, 'Service.Nice')).toMatchObject({ exitCode: 1, stdout: '' });
  });

  it('says 1 and why for a unit that systemd would not load', async () => {
    writeFileSync(file, '[Service]\nUser=a\n');
    const { exitCode, stderr } = await run(file);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('systemd would not load demo.service (bad-setting)');
    expect(stderr).toContain('ExecStart=');
  });

  it('says 1 and why for a masked unit', async () => {
    rmSync(file);
    symlinkSync('/dev/null', file);
    const { exitCode, stdout, stderr } = await run(file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('masked');
  });

  it('refuses a FIFO, a directory and an endless device, and reads none of them', async () => {
    rmSync(file);
    spawnSync('mkfifo', [file]);
    for (const path of [file, `${file}.d`, '/dev/zero']) expect((await run(path)).exitCode).toBeGreaterThanOrEqual(64);
  });

  it('tells a unit that is not there, and a path that is not absolute', async () => {
    expect(await run('wca-no-such.service')).toMatchObject({ exitCode: 66 });
    expect(await run('./demo.service')).toMatchObject({ exitCode: 64 });
    expect(await run('demo')).toMatchObject({ exitCode: 64 });
  });
});
