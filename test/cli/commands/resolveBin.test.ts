// @module-tag root
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commandTable.js';
import { runLine } from '../harness.js';

let root: string;
const run = (...args: readonly string[]) =>
  runLine(['resolve-bin', ...args], COMMANDS, { env: { PATH: `${root}/closed:${root}/open` } });

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'wca-resolve-'));
  chmodSync(root, 0o755);
  for (const name of ['closed', 'open']) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
    chmodSync(join(root, name), name === 'open' ? 0o755 : 0o700);
    chmodSync(join(root, name, 'tool'), 0o755);
  }
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

describe('wca resolve-bin', () => {
  it('prints the first program that all can run', async () => {
    expect(await run('tool', '--for', 'root')).toEqual({ exitCode: 0, stdout: `${root}/closed/tool\n`, stderr: '' });
    expect((await run('tool', '--for', 'root,www-data')).stdout).toBe(`${root}/open/tool\n`);
  });

  it('names for each candidate what blocks, with status 1', async () => {
    const said = await run('tool', '--for', 'www-data', '--path', `${root}/closed`);
    expect(said).toMatchObject({ exitCode: 1, stdout: '' });
    expect(said.stderr).toContain(`${root}/closed/tool: www-data may not enter ${root}/closed`);
    const json = await run('tool', '--for', 'www-data', '--path', `${root}/closed`, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      path: null,
      candidates: [{ ok: false, blockedAt: `${root}/closed` }],
    });
  });

  it.each([
    ['a name with a slash', ['a/b', '--for', 'root'], 64],
    ['an empty user', ['tool', '--for', 'root,'], 64],
    ['an unknown user', ['tool', '--for', 'nobody-has-this-name'], 66],
  ])('refuses %s', async (_, args, exitCode) => {
    expect((await run(...args)).exitCode).toBe(exitCode);
  });
});
