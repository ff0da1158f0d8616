// needs linux, php-cli
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commandTable.js';
import { runLine } from '../../harness.js';

const BODY = "    $channels['kimaki'] = [ 'command' => '/usr/bin/kimaki' ];\n";
let folder: string;
let file: string;
const run = (input: string, ...args: readonly string[]) => runLine(['block', ...args], COMMANDS, { input });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wca-block-'));
  file = join(folder, 'channels.php');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('wca block', () => {
  it('puts, lists, gets and removes', async () => {
    expect((await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels')).exitCode).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    const listed = JSON.parse((await run('', 'list', file, '--json')).stdout) as { blocks: readonly { name: string }[] };
    expect(listed.blocks.map(({ name }) => name)).toEqual(['bridge:kimaki']);
    expect(await run('', 'get', file, 'bridge:kimaki')).toEqual({ exitCode: 0, stdout: BODY, stderr: '' });
    expect((await run('', 'remove', file, 'bridge:kimaki')).stdout).toBe('removed\n');
    expect((await run('', 'remove', file, 'bridge:kimaki')).stdout).toBe('already so\n');
    expect((await run('', 'get', file, 'bridge:kimaki')).exitCode).toBe(66);
  });

  it('heals the mode of what is already so, and leaves inode and mtime alone', async () => {
    await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels');
    chmodSync(file, 0o600);
    const { ino, mtimeMs } = statSync(file);
    expect(JSON.parse((await run(BODY, 'put', file, 'bridge:kimaki', '--json')).stdout)).toMatchObject({ changed: false, modeHealed: true });
    expect(statSync(file)).toMatchObject({ ino, mtimeMs, mode: 0o100644 });
  });

  it.each([
    ['a missing file', '@', 'bridge:kimaki', [], 66],
    ['an unknown kind', '@', 'bridge:kimaki', ['--create', 'x'], 64],
    ['a label of the other kind', '@', 'runtime:x', ['--create', 'channels'], 64],
    ['no label', '@', 'kimaki', [], 64],
    ['a relative path', 'x.php', 'bridge:kimaki', [], 64],
  ])('refuses %s', async (_, path, name, more, exitCode) => {
    expect((await run(BODY, 'put', path.replace('@', file), name, ...more)).exitCode).toBe(exitCode);
    expect(existsSync(file)).toBe(false);
  });

  it('refuses a body that PHP would not take, and damaged fences, with the file unchanged', async () => {
    await run(BODY, 'put', file, 'bridge:kimaki', '--create', 'channels');
    const before = readFileSync(file);
    expect((await run('    $channels[ = 1;\n', 'put', file, 'bridge:kimaki')).exitCode).toBe(65);
    expect(readFileSync(file)).toEqual(before);
    writeFileSync(file, before.toString().replace('// END bridge:kimaki', '// END bridge:kimaki '));
    const said = await run(BODY, 'put', file, 'bridge:kimaki');
    expect(said.exitCode).toBe(65);
    expect(said.stderr).toMatch(/line \d+/);
  });
});
