// @module-tag root
// @module-tag sudo
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderSudoHop } from '../../../src/kimaki/dispatch/renderSudoHop.js';
import type { SudoHopRequest } from '../../../src/kimaki/dispatch/renderSudoHop.js';
import { validateSudoers } from '../../../src/kimaki/dispatch/validateSudoers.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { runAs } from '../../../src/posix/accounts/runAs.js';
import { runProgram } from '../../../src/posix/programs/runProgram.js';
import type { Identity } from '../../../src/posix/accounts/identity.js';
import type { ProgramResult } from '../../../src/posix/programs/runProgram.js';

const request: SudoHopRequest = {
  callers: ['www-data'],
  serviceUser: 'opencode',
  home: '/home/opencode',
  dataDir: '/home/opencode/.kimaki',
  binary: '/usr/bin/kimaki',
};

let dir = '';
let nobody: Identity;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hop-'));
  await chmod(dir, 0o755);
  nobody = (await lookupIdentity('nobody'))._unsafeUnwrap();
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function executable(name: string, content: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, content);
  await chmod(path, 0o755);
  return path;
}

describe('the rule', () => {
  it('lets the caller and the service user run the target, and nobody anything else', async () => {
    const { sudoers } = renderSudoHop(request)._unsafeUnwrap();
    expect(sudoers).toMatchObject({ path: '/etc/sudoers.d/wp-coding-agents-kimaki-dispatch', mode: 0o440 });
    const path = join(dir, 'rule');
    await writeFile(path, sudoers.content, { mode: 0o440 });
    expect(await validateSudoers(path)).toBeOk();
    const read: unknown = JSON.parse(execFileSync('cvtsudoers', ['-f', 'json', path]).toString());
    const spec = (caller: string): unknown => ({
      User_List: [{ username: caller }],
      Host_List: [{ hostname: 'ALL' }],
      Cmnd_Specs: [
        {
          runasusers: [{ username: 'opencode' }],
          Options: [{ authenticate: false }],
          Commands: [{ command: '/usr/local/lib/wp-coding-agents/kimaki-dispatch-target *' }],
        },
      ],
    });
    expect(read).toEqual({ User_Specs: [spec('www-data'), spec('opencode')] });
  });

  it('names each account once', () => {
    const hop = renderSudoHop({ ...request, callers: ['www-data', 'opencode', 'www-data'] })._unsafeUnwrap();
    expect(hop.callers).toEqual(['www-data', 'opencode']);
  });

  it('keeps a second instance apart from the first', () => {
    const hop = renderSudoHop({ ...request, instance: 'a.b' })._unsafeUnwrap();
    expect(hop.sudoers.path).not.toContain('.b');
    expect(hop.sudoers.content).toContain(hop.target.path);
    expect(hop.wrapper.content).toContain(hop.target.path);
  });
});

describe('what cannot be written down safely', () => {
  it.each<Partial<SudoHopRequest>>([
    { callers: ['www-data, ALL'] },
    { callers: ['%sudo'] },
    { serviceUser: 'op en' },
    { serviceUser: 'root' },
    { home: 'home' },
    { dataDir: '/a/../b' },
    { binary: '/usr/bin/kimaki\nrm' },
    { path: '/usr/bin:' },
    { path: '.:/usr/bin' },
    { umask: '2; id' },
    { lockPort: 70_000 },
    { lockPort: 1.5 },
    { sudo: 'sudo' },
  ])('is refused: %j', (bad) => {
    const error = renderSudoHop({ ...request, ...bad })._unsafeUnwrapErr();
    expect(['INVALID_ACCOUNT_NAME', 'INVALID_HOP_VALUE']).toContain(error.code);
    expect(error.message).not.toContain('\n');
  });
});

describe('the target, run by the service user', () => {
  const dataDir = "/srv/it's $HOME `id`";
  let target = '';
  beforeAll(async () => {
    const binary = await executable(
      'program=one',
      '#!/bin/sh\n/usr/bin/env | /usr/bin/sort\necho "cwd=$(pwd) umask=$(umask)"\n' +
        'for a in "$@"; do printf "<%s>\\n" "$a"; done\nexit 7\n',
    );
    const hop = renderSudoHop({
      ...request,
      serviceUser: 'nobody',
      home: dir,
      dataDir,
      binary,
      lockPort: 30_001,
    })._unsafeUnwrap();
    target = await executable('target', hop.target.content);
  });
  const run = async (args: readonly string[], env: Record<string, string> = {}): Promise<ProgramResult> =>
    (await runAs(nobody, target, args, { env, umask: 0o077, cwd: '/tmp' }))._unsafeUnwrap();

  it('starts the program with an environment, a directory and a umask of its own', async () => {
    const steering = {
      NODE_OPTIONS: '--require=/tmp/x.js',
      LD_PRELOAD: '',
      KIMAKI_DATA_DIR: '/tmp',
      HOME: '/tmp',
      PATH: '/tmp:/usr/bin',
      X: 'y',
    };
    const ran = await run(['send', '--prompt', 'hello'], steering);
    expect(ran.exitCode).toBe(7);
    const lines = ran.stdout.split('\n');
    expect(lines.filter((line) => /^[A-Z_]+=/.test(line) && !/^(PWD|OLDPWD|SHLVL|_)=/.test(line))).toEqual([
      `HOME=${dir}`,
      `KIMAKI_DATA_DIR=${dataDir}`,
      'KIMAKI_LOCK_PORT=30001',
      'LANG=C.UTF-8',
      'LOGNAME=nobody',
      'PATH=/usr/local/bin:/usr/bin:/bin',
      'SHELL=/bin/sh',
      'USER=nobody',
    ]);
    expect(lines).toContain('cwd=/ umask=0002');
    expect(lines.slice(-4)).toEqual(['<send>', '<--prompt>', '<hello>', '']);
  });

  it('hands arguments over byte for byte', async () => {
    const args = ['send', '', '-x', '--', 'it\'s\n$(id) `id` \\ "', '*', 'x'.repeat(100_000)];
    const { stdout } = await run(args);
    expect(stdout.endsWith(args.map((arg) => `<${arg}>\n`).join(''))).toBe(true);
  });

  it('lets --version through, alone', async () => {
    expect((await run(['--version'])).exitCode).toBe(7);
    expect((await run(['--version', 'x'])).exitCode).toBe(64);
  });

  it.each<readonly string[][]>([
    [[]],
    [['']],
    [['--eval', 'x']],
    [['-x', '--', 'send']],
    [['--', 'send']],
    [['Send']],
    [['send\n']],
    [['send ']],
    [['login']],
    [['*']],
    [['send', '--data-dir', '/tmp']],
    [['send', '--data-dir=/tmp']],
    [['send', '--dataDir', '/tmp']],
    [['send', '--data-dir=']],
  ])('refuses %j with 64 and starts nothing', async (args) => {
    const ran = await run(args);
    expect(ran.exitCode).toBe(64);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(/^kimaki-dispatch-target: /);
  });

  it('takes its own data directory as an argument', async () => {
    expect((await run(['send', '--data-dir', dataDir])).exitCode).toBe(7);
    expect((await run(['send', `--data-dir=${dataDir}`])).exitCode).toBe(7);
  });
});

describe('the wrapper', () => {
  it('hands over to the target through the real sudo, without any environment', async () => {
    const binary = await executable(
      'kimaki',
      '#!/bin/sh\necho "$(/usr/bin/id -un) $HOME $KIMAKI_DATA_DIR $(umask)" "$@"\n',
    );
    const hop = renderSudoHop({ ...request, serviceUser: 'nobody', home: dir, binary })._unsafeUnwrap();
    const target = await executable('hop-target', hop.target.content);
    const wrapper = await executable('hop-wrapper', hop.wrapper.content.replace(hop.target.path, target));
    const ran = (await runProgram('env', ['-i', wrapper, 'send', 'a b']))._unsafeUnwrap();
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toBe(`nobody ${dir} /home/opencode/.kimaki 0002 send a b\n`);
  });

  it('never waits for a password', async () => {
    const hop = renderSudoHop({ ...request, serviceUser: 'nobody' })._unsafeUnwrap();
    const wrapper = await executable('refused', hop.wrapper.content);
    const www = (await lookupIdentity('www-data'))._unsafeUnwrap();
    const ran = (await runAs(www, wrapper, ['send'], { timeoutMs: 10_000 }))._unsafeUnwrap();
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain('sudo: a password is required');
  });
});
