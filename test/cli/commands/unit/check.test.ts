// @module-tag linux
// @module-tag systemd
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commandTable.js';
import { runLine } from '../../harness.js';

const GOOD = '[Service]\nEnvironment=KIMAKI_BOT_TOKEN=canary-4711\nExecStart=/bin/true\n';
let folder: string;
let file: string;
const run = (...args: readonly string[]) => runLine(['unit', 'check', ...args], COMMANDS);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wca-unit-'));
  file = join(folder, 'demo.service');
  writeFileSync(file, GOOD);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('wca unit check', () => {
  it('has nothing to say about a good file', async () => {
    expect(await run(file)).toEqual({ exitCode: 0, stdout: `${file}: ok\n`, stderr: '' });
    expect(JSON.parse((await run(file, '--json')).stdout)).toEqual({
      formatVersion: 1,
      ok: true,
      path: file,
      unit: 'demo.service',
      problems: [],
      complaints: [],
    });
  });

  it('gives every problem of the text with its line, and what systemd says, and no secret', async () => {
    writeFileSync(file, `User=root\n${GOOD}nothing\nFoo=1\nEnvironment=A_TOKEN=canary-1 "b canary-1"\n`);
    const { exitCode, stdout, stderr } = await run(file);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout).toContain(`${file}:1: text before the first section header`);
    expect(stdout).toContain(`${file}:5: a line without '='`);
    expect(stdout).toContain("systemd says: demo.service:6: Unknown key 'Foo' in section [Service], ignoring.\n");
    const said = await run(file, '--json');
    expect(JSON.parse(said.stdout)).toMatchObject({
      ok: false,
      problems: [
        { code: 'ASSIGNMENT_OUTSIDE_SECTION', line: 1 },
        { code: 'MISSING_EQUALS', line: 5 },
      ],
    });
    expect(stdout + said.stdout).not.toContain('canary');
  });

  it('says what systemd would refuse the unit for', async () => {
    writeFileSync(file, '[Service\nExecStart=/bin/true\n');
    const said = JSON.parse((await run(file, '--json')).stdout) as { problems: unknown; complaints: readonly string[] };
    expect(said.problems).toMatchObject([{ code: 'BROKEN_HEADER', line: 1 }, { code: 'ASSIGNMENT_OUTSIDE_SECTION' }]);
    expect(said.complaints.join('\n')).toContain('failed to load properly');
  });

  it('calls an empty file and a link to /dev/null masked', async () => {
    writeFileSync(file, '');
    expect(await run(file)).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('[MASKED]') as unknown });
    rmSync(file);
    symlinkSync('/dev/null', file);
    expect(await run(file)).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('[MASKED]') as unknown });
  });

  it.each([
    ['a relative path', './demo.service', 64],
    ['a name that can be none', 'demo', 64],
    ['a file that is not named like a unit', '/etc/passwd', 64],
    ['a missing file', '/nowhere/demo.service', 66],
    ['a unit that is not there', 'wca-nosuch.service', 66],
    ['a directory', '/etc', 65],
    ['an endless device', '/dev/zero', 65],
  ])('refuses %s', async (_, operand, exitCode) => {
    expect(await run(operand)).toMatchObject({ exitCode, stdout: '' });
  });

  it('refuses a FIFO and a directory named like a unit at once', async () => {
    rmSync(file);
    mkdirSync(file);
    expect((await run(file)).exitCode).toBe(65);
    const pipe = join(folder, 'pipe.service');
    spawnSync('mkfifo', [pipe]);
    const said = await run(pipe);
    expect(said.exitCode).toBe(65);
    expect(said.stderr).toContain('[NOT_A_REGULAR_FILE]');
  });
});
