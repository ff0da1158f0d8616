// @module-tag root
import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commandTable.js';
import { runLine } from '../harness.js';

let root: string;
const run = (...args: readonly string[]) =>
  runLine(
    ['reclaim', root, '--from', 'root', '--to', 'www-data:www-data', '--allow-unprotected-hardlinks', ...args],
    COMMANDS,
  );

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wca-reclaim-'));
  writeFileSync(join(root, 'a'), '', { mode: 0o644 });
  writeFileSync(join(root, 'b'), '', { mode: 0o644 });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('wca reclaim', () => {
  it('changes hands, once, and says when there is no undo', async () => {
    const said = await run('--json', '--group-write');
    expect(said.exitCode).toBe(0);
    expect(said.stderr).toContain('cannot be undone');
    expect(JSON.parse(said.stdout)).toMatchObject({ formatVersion: 1, changed: 3, skipped: [], complete: true });
    expect(statSync(join(root, 'a'))).toMatchObject({ uid: 33, gid: 33, mode: 0o100664 });
    expect(JSON.parse((await run('--json')).stdout)).toMatchObject({ changed: 0, complete: true });
  });

  it('changes nothing in a dry run', async () => {
    const said = await run('--json', '--dry-run');
    expect(said.exitCode).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({ changed: 0, wouldChange: 3 });
    expect(statSync(join(root, 'a')).uid).toBe(0);
  });

  it('ends with 1 when something was left, with the reason', async () => {
    linkSync(join(root, 'a'), join(root, 'second-name'));
    const said = await run('--json');
    expect(said.exitCode).toBe(1);
    expect(JSON.parse(said.stdout)).toMatchObject({ changed: 2, complete: false });
    expect(said.stdout).toContain('"reason":"hard-link"');
    expect(statSync(join(root, 'a')).uid).toBe(0);
  });

  it('writes what an undo needs', async () => {
    const record = mkdtempSync(join(tmpdir(), 'wca-record-'));
    const said = await run('--record', join(record, 'changes'));
    expect(said).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(join(record, 'changes'), 'utf8').trimEnd().split('\n')).toHaveLength(4);
    rmSync(record, { recursive: true });
  });

  it.each([
    ['a missing --to', ['reclaim', '/tmp', '--from', 'root'], 64],
    ['an empty group', ['reclaim', '/tmp', '--from', 'root', '--to', 'www-data:'], 64],
    ['an unknown group', ['reclaim', '/tmp', '--from', 'root', '--to', 'www-data:nobody-has-this-name'], 66],
    ['a relative record', ['reclaim', '/tmp', '--from', 'root', '--to', 'www-data', '--record', 'x'], 64],
    ['a missing path', ['reclaim', '/nowhere/at/all', '--from', 'root', '--to', 'www-data'], 66],
  ])('refuses %s', async (_, args, exitCode) => {
    const said = await runLine([...args, '--dry-run', '--allow-unprotected-hardlinks'], COMMANDS);
    expect(said).toMatchObject({ exitCode, stdout: '' });
  });
});
