// @module-tag root
import { chmodSync, chownSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commandTable.js';
import { runLine } from '../harness.js';

const USER = 54321;
let root: string;
const run = (...args: readonly string[]) => runLine(['owned', root, ...args], COMMANDS);
const lines = (text: string) => text.trimEnd().split('\n').sort();

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'wca-owned-'));
  mkdirSync(join(root, 'dir'));
  symlinkSync('/etc/passwd', join(root, 'link'));
  writeFileSync(join(root, 'plain'), '', { mode: 0o644 });
  const odd = Buffer.concat([Buffer.from(`${root}/odd`), Buffer.of(0xff, 0x0a)]);
  writeFileSync(odd, '');
  chmodSync(odd, 0o664);
  writeFileSync(join(root, 'roots'), '');
  chownSync(join(root, 'dir'), USER, USER);
  lchownSync(join(root, 'link'), USER, USER);
  chownSync(join(root, 'plain'), USER, USER);
  chownSync(odd, USER, USER);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

describe('wca owned', () => {
  it('prints one escaped path a line', async () => {
    const said = await run('--by', String(USER));
    expect(said).toMatchObject({ exitCode: 0, stderr: '' });
    expect(lines(said.stdout)).toEqual(['dir', 'link', 'odd\\xff\\x0a', 'plain'].map((name) => `${root}/${name}`));
  });

  it('prints one document a line, with the bytes of a path that is not text', async () => {
    const said = await run('--by', String(USER), '--json');
    const found = lines(said.stdout).map((line) => JSON.parse(line) as { path: string; pathBase64?: string });
    expect(found).toContainEqual({
      formatVersion: 1,
      path: `${root}/plain`,
      uid: USER,
      gid: USER,
      mode: '0644',
      type: 'file',
    });
    const odd = found.find(({ path }) => path.includes('odd'));
    expect(Buffer.from(odd?.pathBase64 ?? '', 'base64').at(-1)).toBe(0x0a);
  });

  it('counts, and combines what is asked for', async () => {
    expect((await run('--by', String(USER), '--count')).stdout).toBe('4\n');
    expect(JSON.parse((await run('--by', String(USER), '--count', '--json')).stdout)).toEqual({
      formatVersion: 1,
      count: 4,
    });
    expect((await run('--by', String(USER), '--group-unwritable', '--count')).stdout).toBe('2\n');
    expect((await run('--not-by', String(USER), '--count')).stdout).toBe('2\n');
    expect((await run('--by', String(USER), '--not-by', String(USER), '--count')).stdout).toBe('0\n');
  });

  it('finds what a user really cannot write', async () => {
    chmodSync(root, 0o755);
    const all = await run('--not-writable-by', 'www-data', '--count');
    expect(all).toMatchObject({ exitCode: 0, stdout: '5\n' });
    expect((await run('--not-writable-by', 'root', '--count')).stdout).toBe('0\n');
    expect((await run('--not-writable-by', 'nobody-has-this-name')).exitCode).toBe(66);
  });

  it('ends paths with a NUL byte under -0', async () => {
    const said = await run('--by', String(USER), '-0');
    expect(said.stdout.split('\0')).toHaveLength(5);
    expect(said.stdout).toContain('/plain\0');
  });

  it.each([
    ['no question', [], 64],
    ['an unknown user', ['--by', 'nobody-has-this-name'], 66],
    ['-0 with --json', ['--by', '0', '-0', '--json'], 64],
  ])('refuses %s', async (_, args, exitCode) => {
    expect((await run(...args)).exitCode).toBe(exitCode);
  });

  it('refuses a missing path', async () => {
    expect((await runLine(['owned', '/nowhere/at/all', '--by', 'root'], COMMANDS)).exitCode).toBe(66);
  });
});
