// @module-tag root
// @module-tag sudo
// @module-tag slow
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
    { args: ['login'] },
    { args: [] },
    { args: ['send', '{message}'] },
    { args: ['send', '--prompt'] },
    { args: ['send', '--', '--prompt', '{message}'] },
    { args: ['send', '--data-dir', '/root/.kimaki', '--prompt', '{message}'] },
    { args: ['send', '--wait', '--wait={message}'] },
    { args: ['send', '--x;id', '{message}'] },
  ])('is refused: %j', (bad) => {
    const error = renderSudoHop({ ...request, ...bad })._unsafeUnwrapErr();
    expect(['INVALID_ACCOUNT_NAME', 'INVALID_HOP_VALUE']).toContain(error.code);
    expect(error.message).not.toContain('\n');
  });
});

/** Says how it was started: environment, directory, umask, then each argument between angle brackets. */
const FAKE =
  '#!/bin/sh\n/usr/bin/env | /usr/bin/sort\necho "cwd=$(pwd) umask=$(umask)"\n' +
  'for a in "$@"; do printf "<%s>\\n" "$a"; done\nexit 7\n';

const long = 'x'.repeat(130_000);
const own = "it's $HOME `id`";

/** What came out of one invocation: the program's arguments, or the target's refusal. */
type Row = readonly [given: readonly string[], outcome: readonly string[] | string];

const to = ['--channel', '1'];
const sent = ['send', '--channel=1'];

/** Through a hop whose channel registers `send --channel {recipient} --prompt {message}`. */
const PLAIN: readonly Row[] = [
  [['--version'], ['--version']],
  [['--version', 'x'], '--version takes no arguments'],
  [['--version', '--version'], '--version takes no arguments'],
  [[], 'only "send ..." and "--version" are let through'],
  [[''], 'only "send ..." and "--version" are let through'],
  [['--help'], 'only "send ..." and "--version" are let through'],
  [['login'], 'only "send ..." and "--version" are let through'],
  [['Send'], 'only "send ..." and "--version" are let through'],
  [['send\n'], 'only "send ..." and "--version" are let through'],
  [['send '], 'only "send ..." and "--version" are let through'],
  [['*'], 'only "send ..." and "--version" are let through'],
  [['--', 'send'], 'only "send ..." and "--version" are let through'],
  [['--eval', 'x'], 'only "send ..." and "--version" are let through'],
  [['--prompt', 'x', 'send'], 'only "send ..." and "--version" are let through'],
  [['send'], 'no channel and no thread is named'],
  [['send', '--prompt', 'x'], 'no channel and no thread is named'],
  [['send', '--channel', '', '--prompt', 'x'], 'no channel and no thread is named'],
  [
    ['send', ...to, '--prompt', 'hello'],
    [...sent, '--prompt=hello'],
  ],
  [
    ['send', '--channel=1', '--prompt=hello'],
    [...sent, '--prompt=hello'],
  ],
  [
    ['send', '--prompt', 'hello', ...to],
    ['send', '--prompt=hello', '--channel=1'],
  ],
  [
    ['send', '--thread', '7', '--user', 'me', '--prompt', 'x'],
    ['send', '--thread=7', '--user=me', '--prompt=x'],
  ],
  [
    ['send', ...to, '--thread', '', '--prompt', 'x'],
    [...sent, '--prompt=x'],
  ],
  [['send', ...to, '--prompt='], sent],
  [['send', ...to, '--prompt', ''], sent],
  [
    ['send', ...to, '--prompt', '-x'],
    [...sent, '--prompt=-x'],
  ],
  [
    ['send', ...to, '--prompt', '--permission=bash:allow'],
    [...sent, '--prompt=--permission=bash:allow'],
  ],
  [
    ['send', ...to, '--prompt=--permission', '--user', 'me'],
    [...sent, '--prompt=--permission', '--user=me'],
  ],
  [
    ['send', ...to, '--prompt', '--'],
    [...sent, '--prompt=--'],
  ],
  [
    ['send', ...to, '--prompt', '--help'],
    [...sent, '--prompt=--help'],
  ],
  [
    ['send', ...to, '--prompt', '--prompt'],
    [...sent, '--prompt=--prompt'],
  ],
  [
    ['send', ...to, '--prompt', 'a=b=c'],
    [...sent, '--prompt=a=b=c'],
  ],
  [
    ['send', ...to, '--prompt', `${own}\n\\ " * \t`],
    [...sent, `--prompt=${own}\n\\ " * \t`],
  ],
  [
    ['send', ...to, '--prompt', '\n'],
    [...sent, '--prompt=\n'],
  ],
  [
    ['send', ...to, '--prompt', 'é\u202e\u0007'],
    [...sent, '--prompt=é\u202e\u0007'],
  ],
  [
    ['send', ...to, '--prompt', long],
    [...sent, `--prompt=${long}`],
  ],
  [
    ['send', ...to, `--prompt=${long}`],
    [...sent, `--prompt=${long}`],
  ],
  [
    ['send', ...to, '--prompt', 'a', '--prompt', 'b'],
    [...sent, '--prompt=a', '--prompt=b'],
  ],
  [['send', ...to, '--prompt'], '--prompt needs a value'],
  [['send', '--channel'], '--channel needs a value'],
  [['send', ...to, '--permission', 'bash:allow'], '--permission is not let through'],
  [['send', ...to, '--permission=bash:allow'], '--permission is not let through'],
  [['send', ...to, '--agent', 'build'], '--agent is not let through'],
  [['send', ...to, '--model', 'a/b'], '--model is not let through'],
  [['send', ...to, '--cwd', '/tmp'], '--cwd is not let through'],
  [['send', '--project', '/tmp', '--prompt', 'x'], '--project is not let through'],
  [['send', ...to, '--send-at', '* * * * *'], '--send-at is not let through'],
  [['send', ...to, '--sendAt=x'], '--sendAt is not let through'],
  [['send', ...to, '--pre-run', 'id'], '--pre-run is not let through'],
  [['send', ...to, '--wait'], '--wait is not let through'],
  [['send', ...to, '--file', '/etc/passwd'], '--file is not let through'],
  [['send', ...to, '--session=1'], '--session is not let through'],
  [['send', ...to, '--data-dir', '/tmp'], '--data-dir is not let through'],
  [['send', ...to, '--dataDir=/tmp'], '--dataDir is not let through'],
  [['send', '-c', '1', '-p', 'x'], '-c is not let through'],
  [['send', ...to, '-pfx'], '-pfx is not let through'],
  [['send', ...to, '--no-prompt'], '--no-prompt is not let through'],
  [['send', ...to, '--pro', 'x'], '--pro is not let through'],
  [['send', ...to, '---prompt=x'], '---prompt is not let through'],
  [['send', ...to, '--prompt.x=1'], 'an argument that is no option is not let through'],
  [['send', ...to, '--Prompt=1'], '--Prompt is not let through'],
  [['send', ...to, '--', '--permission', 'x'], '-- is not let through'],
  [['send', ...to, '-'], 'an argument that is no option is not let through'],
  [['send', ...to, ''], 'an argument that is no option is not let through'],
  [['send', ...to, 'x'], 'an argument that is no option is not let through'],
  [['send', ...to, '--a\u001b[2J\nx'], 'an argument that is no option is not let through'],
  [['send', ...to, `--${long}`], 'an argument that is no option is not let through'],
  [['send', long], 'an argument that is no option is not let through'],
  [['send', ...Array.from({ length: 65 }, () => '--wait')], 'more than 64 arguments after send'],
];

/** What one channel registers besides, and only as it registers it. */
const REGISTERED = ['send', '-c', '{recipient}', '--prompt=[{channel}] {message}', '--agent', 'plan', '--notify-only'];
const WITH_ARGS: readonly Row[] = [
  [
    ['send', '-c', '1', '--prompt=[k] hi', '--agent', 'plan', '--notify-only'],
    ['send', '-c=1', '--prompt=[k] hi', '--agent=plan', '--notify-only'],
  ],
  [
    ['send', '-c=1', '--agent=plan'],
    ['send', '-c=1', '--agent=plan'],
  ],
  [
    ['send', '-c', '--permission=x'],
    ['send', '-c=--permission=x'],
  ],
  [['send', '-c', '1', '--agent', 'build'], '--agent: only the value that the channel registers'],
  [['send', '-c', '1', '--agent=plan x'], '--agent: only the value that the channel registers'],
  [['send', '-c', '1', '--agent', ''], '--agent: only the value that the channel registers'],
  [['send', '-c', '1', '--notify-only=x'], '--notify-only is not let through'],
  [['send', '-c', '1', '--notify-only', 'x'], 'an argument that is no option is not let through'],
];

describe('the target, run by the service user', () => {
  let dataDir = '';
  let binary = '';
  beforeAll(async () => {
    dataDir = join(dir, own);
    await mkdir(dataDir);
    await chmod(dataDir, 0o755);
    binary = await executable('program=one', FAKE);
  });
  const targetOf = async (args?: readonly string[]): Promise<string> => {
    const more = args === undefined ? {} : { args };
    const hop = renderSudoHop({
      ...request,
      serviceUser: 'nobody',
      home: dir,
      dataDir,
      binary,
      lockPort: 30_001,
      ...more,
    });
    return executable('target', hop._unsafeUnwrap().target.content);
  };
  const run = async (
    target: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<ProgramResult> => (await runAs(nobody, target, args, { env, umask: 0o077, cwd: '/tmp' }))._unsafeUnwrap();

  it.each([
    ['registers nothing more', undefined, PLAIN],
    ['registers options of its own', REGISTERED, WITH_ARGS],
  ] as const)(
    'lets through what it must where a channel %s, and answers 64 to the rest',
    async (_, args, rows) => {
      const target = await targetOf(args);
      const outcomes: Row[] = [];
      for (const [given, expected] of rows) {
        const ran = await run(target, given);
        if (typeof expected === 'string') {
          expect(ran.stdout).toBe('');
          const words = /^kimaki-dispatch-target: (.*)\n$/.exec(ran.stderr)?.[1] ?? ran.stderr;
          outcomes.push([given, ran.exitCode === 64 ? words : `exit ${String(ran.exitCode)}: ${words}`]);
          continue;
        }
        expect([ran.exitCode, ran.stderr]).toEqual([7, '']);
        const started = ran.stdout.slice(ran.stdout.indexOf('cwd='));
        const shown = started.slice(started.indexOf('\n') + 1);
        outcomes.push([given, shown === expected.map((one) => `<${one}>\n`).join('') ? expected : shown]);
      }
      expect(outcomes).toEqual(rows);
    },
    120_000,
  );

  it('starts the program with an environment, a directory and a umask of its own', async () => {
    const steering = {
      NODE_OPTIONS: '--require=/tmp/x.js',
      LD_PRELOAD: '',
      KIMAKI_DATA_DIR: '/tmp',
      HOME: '/tmp',
      PATH: '/tmp:/usr/bin',
      X: 'y',
      CDPATH: '/tmp',
      name: '--channel',
      to: '1',
      own: '/tmp',
    };
    const ran = await run(await targetOf(), ['send', '--channel', '1', '--prompt', 'hello'], steering);
    expect(ran.exitCode).toBe(7);
    const lines = ran.stdout.split('\n');
    expect(lines.filter((line) => /^[A-Za-z_]+=/.test(line) && !/^(PWD|OLDPWD|SHLVL|_|cwd)=/.test(line))).toEqual([
      `HOME=${dir}`,
      `KIMAKI_DATA_DIR=${dataDir}`,
      'KIMAKI_LOCK_PORT=30001',
      'LANG=C.UTF-8',
      'LOGNAME=nobody',
      'PATH=/usr/local/bin:/usr/bin:/bin',
      'SHELL=/bin/sh',
      'USER=nobody',
    ]);
    expect(lines).toContain(`cwd=${dataDir} umask=0002`);
  });

  it('names the data directory that it cannot enter by what it is', async () => {
    const hop = renderSudoHop({ ...request, serviceUser: 'nobody', home: dir, dataDir: join(dir, 'none'), binary });
    const ran = await run(await executable('target', hop._unsafeUnwrap().target.content), ['--version']);
    expect([ran.exitCode, ran.stderr]).toEqual([64, 'kimaki-dispatch-target: the data directory cannot be entered\n']);
  });

  it('takes its own data directory where the channel names it', async () => {
    const target = await targetOf(['send', '--data-dir', dataDir, '--channel', '{recipient}']);
    expect((await run(target, ['send', '--channel=1', '--data-dir', dataDir])).exitCode).toBe(7);
    expect((await run(target, ['send', '--channel=1', '--data-dir=/tmp'])).exitCode).toBe(64);
  });

  it('does the same where /bin/sh is bash', async () => {
    const text = await readFile(await targetOf(), 'utf8');
    const target = await executable('target-bash', text.replace('#!/bin/sh', '#!/bin/bash'));
    const given = ['send', '--channel', '1', '--prompt', `-x\n${own}`];
    expect((await run(target, given)).stdout.endsWith(`<send>\n<--channel=1>\n<--prompt=-x\n${own}>\n`)).toBe(true);
    expect((await run(target, ['send', '--channel', '1', '--wait'])).exitCode).toBe(64);
  });
});

describe('the wrapper', () => {
  it('hands over to the target through the real sudo, without any environment', async () => {
    const binary = await executable(
      'kimaki',
      '#!/bin/sh\necho "$(/usr/bin/id -un) $HOME $KIMAKI_DATA_DIR $(umask)" "$@"\n',
    );
    const hop = renderSudoHop({ ...request, serviceUser: 'nobody', home: dir, dataDir: dir, binary })._unsafeUnwrap();
    const target = await executable('hop-target', hop.target.content);
    const wrapper = await executable('hop-wrapper', hop.wrapper.content.replace(hop.target.path, target));
    const ran = (await runProgram('env', ['-i', wrapper, 'send', '--thread', 'a b']))._unsafeUnwrap();
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toBe(`nobody ${dir} ${dir} 0002 send --thread=a b\n`);
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
