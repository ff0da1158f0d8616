// @module-tag root
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commandTable.js';
import { runLine } from '../harness.js';

let root: string;
const run = (...args: readonly string[]) => runLine(['access', ...args], COMMANDS);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'wca-access-'));
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'closed'));
  writeFileSync(join(root, 'closed/program'), '#!/bin/sh\n', { mode: 0o755 });
  chmodSync(join(root, 'closed'), 0o700);
  symlinkSync('nowhere', join(root, 'dangling'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

describe('wca access', () => {
  it('says yes with status 0', async () => {
    const said = await run(root, '--as', 'www-data', '--for', 'traverse', '--json');
    expect(said.exitCode).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({ formatVersion: 1, allowed: true, blockedAt: null });
  });

  it('says no with status 1 and names the directory that refuses', async () => {
    const said = await run(join(root, 'closed/program'), '--as', 'www-data', '--for', 'execute', '--json');
    expect(said.exitCode).toBe(1);
    expect(JSON.parse(said.stdout)).toMatchObject({
      allowed: false,
      blockedAt: { path: join(root, 'closed'), needs: 'search' },
    });
    const people = await run(join(root, 'closed/program'), '--as', 'www-data', '--for', 'execute');
    expect(people.stdout).toContain(`www-data may not execute ${root}/closed/program`);
    expect(people.stdout).toContain(`to allow it: setfacl -n -m u:33:--x,m::--x -- ${root}/closed`);
  });

  it('prints control characters of a path escaped', async () => {
    mkdirSync(join(root, 'odd\n\u001b[31m'), { mode: 0o700 });
    for (const name of ['odd\n\u001b[31m/x', 'odd\n\u001b[31m']) {
      const said = await run(join(root, name), '--as', 'www-data', '--for', 'read');
      expect(said.stdout + said.stderr).not.toContain('\u001b');
      expect(said.stdout + said.stderr).toContain('odd\\x0a\\x1b[31m');
    }
  });

  it.each([
    ['a missing path', ['/nowhere/at/all', '--as=root', '--for=read'], 66],
    ['a dangling link', ['@/dangling', '--as=root', '--for=read'], 66],
    ['an unknown user', ['/etc', '--as=nobody-has-this-name', '--for=read'], 66],
    ['no user', ['/etc', '--for=read'], 64],
    ['an unknown wish', ['/etc', '--as=root', '--for=fun'], 64],
    ['a relative path', ['etc', '--as=root', '--for=read'], 64],
  ])('refuses %s', async (_, args, exitCode) => {
    const said = await run(...args.map((arg) => arg.replace('@', root)));
    expect(said).toMatchObject({ exitCode, stdout: '' });
  });
});
