// @module-tag linux
// @module-tag systemd
// @module-tag slow
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commandTable.js';
import { runLine } from '../../harness.js';

const UNIT =
  '[Service]\n# why root\nUser=root\nEnvironment=HOME=/root KIMAKI_BOT_TOKEN=canary-4711\nExecStart=/bin/true\n';
let folder: string;
let file: string;
const run = (...args: readonly string[]) => runLine(['unit', ...args], COMMANDS);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wca-unit-'));
  file = join(folder, 'demo.service');
  writeFileSync(file, UNIT);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('wca unit cat and list', () => {
  it('print the bytes, and every assignment in order', async () => {
    expect(await run('cat', file)).toEqual({ exitCode: 0, stdout: UNIT, stderr: '' });
    expect((await run('list', file)).stdout.split('\n')[0]).toBe('Service.User=root');
    const [first = ''] = (await run('list', file, '--json')).stdout.split('\n');
    expect(JSON.parse(first)).toEqual({ formatVersion: 1, section: 'Service', key: 'User', value: 'root', line: 3 });
  });

  it('print a file that is unsafe to edit, with a warning', async () => {
    writeFileSync(file, '[Service]\n# x\rUser=root\n');
    const said = await run('cat', file, '-q');
    expect(said).toMatchObject({ exitCode: 0, stdout: '[Service]\n# x\rUser=root\n' });
    expect(said.stderr).toContain('line 2');
  });

  it('print the file of a unit by its name, whether or not a manager runs', async () => {
    const path = '/usr/lib/systemd/system/systemd-journald.service';
    expect(await run('cat', 'systemd-journald.service')).toEqual({
      exitCode: 0,
      stdout: readFileSync(path, 'utf8'),
      stderr: '',
    });
    expect((await run('cat', 'nosuch.service')).exitCode).toBe(66);
  });

  it.each([
    ['a missing file', 'cat', '/nowhere/x.service', 66],
    ['a relative path', 'cat', './x.service', 64],
    ['a directory', 'list', '/etc/', 65],
    ['a name that can be none', 'cat', 'x', 64],
  ])('refuse %s', async (_, command, operand, exitCode) => {
    expect((await run(command, operand)).exitCode).toBe(exitCode);
  });
});

describe('wca unit set', () => {
  it('changes what was named and nothing else, and shows no secret', async () => {
    const said = await run(
      'set',
      file,
      'Service.User=www-data',
      'Service.Environment.HOME=/home/x',
      'Service.UMask=0002',
    );
    expect(said.exitCode).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(
      UNIT.replace('User=root', 'User=www-data').replace('HOME=/root', 'HOME=/home/x') + 'UMask=0002\n',
    );
    expect(said.stdout).toContain('+User=www-data');
    expect(said.stdout + said.stderr).not.toContain('canary');
  });

  it('adds an assignment with +=', async () => {
    await run('set', file, 'Service.ExecStartPre+=/bin/true --with=equals');
    expect(readFileSync(file, 'utf8')).toBe(`${UNIT}ExecStartPre=/bin/true --with=equals\n`);
  });

  it('changes no byte when it is already so', async () => {
    const { ino, mtimeMs } = statSync(file);
    expect((await run('set', file, 'Service.User=root')).stdout).toBe('unchanged\n');
    expect(statSync(file)).toMatchObject({ ino, mtimeMs });
  });

  it('prints instead of writing with --stdout', async () => {
    const said = await run('set', file, 'Service.User=www-data', '--stdout');
    expect(said.stdout).toBe(UNIT.replace('User=root', 'User=www-data'));
    expect(readFileSync(file, 'utf8')).toBe(UNIT);
  });

  it('writes nothing that systemd would newly complain about', async () => {
    const said = await run('set', file, 'Service.ExecStart=relative');
    expect(said).toMatchObject({ exitCode: 65, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe(UNIT);
  });

  it.each([
    ['a change without a value', ['Service.User']],
    ['a change without a section', ['User=x']],
    ['a third part that is no variable', ['Unit.After.X=y']],
  ])('refuses %s without repeating it', async (_, changes) => {
    const said = await run('set', file, ...changes);
    expect(said.exitCode).toBe(64);
    expect(said.stderr).not.toContain(changes[0]);
  });

  it('refuses a file that is unsafe to edit, with the line', async () => {
    writeFileSync(file, '[Service]\n# x\rUser=root\n');
    const said = await run('set', file, 'Service.User=x');
    expect(said.exitCode).toBe(65);
    expect(said.stderr).toContain('line 2');
  });

  it.runIf(process.geteuid?.() === 0)('refuses a file that everyone may write to, with its path', async () => {
    chmodSync(file, 0o666);
    const said = await run('set', file, 'Service.User=x');
    expect(said).toMatchObject({ exitCode: 65, stdout: '' });
    expect(said.stderr).toContain(`${file} can be changed by others than root`);
    expect(readFileSync(file, 'utf8')).toBe(UNIT);
  });

  it('prints for a unit of a package the drop-in that would be made', async () => {
    const said = await run('set', 'systemd-journald.service', 'Service.Nice=1', '--stdout');
    expect(said).toMatchObject({ exitCode: 0, stdout: '[Service]\nNice=1\n' });
    expect(said.stderr).toMatch(/\/etc\/systemd\/system\/systemd-journald\.service\.d\/\S+wca\.conf/);
  });

  it('refuses a file of a package', async () => {
    expect((await run('set', '/usr/lib/systemd/system/systemd-journald.service', 'Service.UMask=0')).exitCode).toBe(65);
  });
});

describe('wca unit unset', () => {
  it('removes the lines of a key, and one variable', async () => {
    expect((await run('unset', file, 'Service.User', 'Service.Environment.HOME')).exitCode).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(UNIT.replace('User=root\n', '').replace('HOME=/root ', ''));
  });
});
