// @module-tag root
// @module-tag slow
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notStarted } from '../../src/posix/programs/index.js';
import { bundle } from '../posix/support/runModule.js';

let dir = '';
let program = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wca-scarce-'));
  const self = { name: '@wca/runtime-sdk', version: '0.0.0', exports: { './package.json': './package.json' } };
  writeFileSync(join(dir, 'package.json'), JSON.stringify(self));
  const cli = `${process.cwd()}/src/cli`;
  program = await bundle(
    `import { COMMANDS } from '${cli}/commandTable.js';
     import { runCli } from '${cli}/runCli.js';
     process.exit(await runCli(process.argv.slice(2), { subcommands: COMMANDS }, process));`,
    dir,
  );
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

describe('with too few handles', () => {
  const lines: readonly (readonly [string, readonly string[]])[] = [
    ['plan', ['migrate-off-root', 'plan']],
    ['apply', ['migrate-off-root', 'apply']],
    ['doctor', ['doctor']],
    ['owned', ['owned', '/etc/ssl', '--by', 'root', '--count']],
    ['reclaim', ['reclaim', '/etc/ssl', '--from', '54321', '--to', 'nobody', '--dry-run']],
    ['access', ['access', '/etc/ssl', '--as', 'nobody', '--for', 'read']],
    ['unit effective', ['unit', 'effective', 'systemd-journald.service']],
  ];
  it.each(lines)(
    '%s ends with an answer or a refusal, never as a bug',
    (_, args) => {
      for (const handles of [20, 24, 28]) {
        const ran = spawnSync('prlimit', [`--nofile=${handles}`, process.execPath, program, ...args], {
          encoding: 'utf8',
        });
        const said = `${handles}: ${ran.stdout}${ran.stderr}`;
        expect(ran.status, said).not.toBeNull();
        expect([0, 1, 2, 64, 65, 66, 75, 77], said).toContain(ran.status);
        expect(said).not.toMatch(/\n {4}at |this is a bug/);
        if (/EMFILE|too many open files/.test(said)) expect(said).toContain('ulimit -n');
      }
    },
    300_000,
  );
});

it.each([
  ['EMFILE', 'ulimit -n'],
  ['ENFILE', 'fs.file-max'],
  ['EAGAIN', 'TasksMax='],
  ['ENOMEM', 'MemoryMax='],
])('names the limit of a start that fails with %s', (code, limit) => {
  expect(notStarted('find', { code }).message).toContain(limit);
});
