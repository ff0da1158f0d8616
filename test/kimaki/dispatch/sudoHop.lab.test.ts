import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootHost, INSTALL_DIR, installPackage, labAvailable } from '../../lab/index.js';
import type { Host } from '../../lab/index.js';
import { hostScript } from '../support/hostScript.js';

const lab = labAvailable();
const TARGET = '/usr/local/lib/wp-coding-agents/kimaki-dispatch-target';
const WRAPPER = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';
const LOG = '/home/opencode/started.ndjson';

/** Stands at the end of the hop and writes down how it was started. */
const RECORDER = `#!/usr/bin/node
const ignored = ['PWD', 'OLDPWD', 'SHLVL', '_'];
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ignored.includes(name)));
const started = { args: process.argv.slice(2), environment, uid: process.getuid(), cwd: process.cwd() };
require('node:fs').appendFileSync('${LOG}', JSON.stringify(started) + '\\n');
`;

/** Every way in which www-data might try to get more than "send" out of the hop; each a command line of its own. */
const TRIES = String.raw`
import { spawnSync } from 'node:child_process';
const [target, wrapper] = process.argv.slice(2);
const sudo = (...args) => ['/usr/bin/sudo', '-n', ...args];
const hop = (...args) => sudo('-u', 'opencode', target, ...args);
const long = 'x'.repeat(130_000);
const steering = { NODE_OPTIONS: '--require=/tmp/x.js', LD_PRELOAD: '/tmp/x.so', PATH: '/tmp', HOME: '/tmp', KIMAKI_DATA_DIR: '/tmp', IFS: 'x', ENV: '/tmp/x', BASH_ENV: '/tmp/x', PYTHONPATH: '/tmp', SUDO_EDITOR: '/tmp/x', 'BASH_FUNC_exec%%': '() { id; }' };
const words = ['send', '--version', '--eval', '-e', '--', '-', '', ' ', '\n', 'send\n', '\nsend', 'send ', 'Send', '$(id)', ';id', '*', '--data-dir', '--data-dir=/tmp', '--dataDir', '/tmp', '/home/opencode/.kimaki', 'login', '--require=/tmp/x', '-x', '--help', 'é', '--prompt', '--prompt=--permission=x', '--channel=1', '--channel', '--thread=2', '--user', '--permission', '--permission=x', '--cwd', '--send-at=x', '--wait', '--file', "'", '"', '\\'];
let seed = 5;
const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
const lines = [];
const add = (command, env = {}) => lines.push({ command, env });
for (const word of words) for (const then of [[], ['send'], ['--data-dir', '/tmp']]) add(hop(word, ...then));
add(hop());
for (const args of [['-x', '--', 'send'], ['--', 'send'], ['--', '-x'], ['send', '--data-dir', '/tmp'], ['send', '--data-dir=/tmp'], ['send', '--dataDir', '/tmp'], ['send', '--data-dir', '/home/opencode/.kimaki', '--data-dir', '/tmp'], ['--version', '--eval', 'x'], ['--version', ''], [long], ['--eval', long], ['send', long]]) add(hop(...args));
for (const flags of [['-E'], ['--preserve-env=NODE_OPTIONS,LD_PRELOAD'], ['-s'], ['-i'], ['-b'], ['-H'], ['-P'], ['-g', 'root'], ['-g', 'adm'], ['-D', '/tmp'], ['-R', '/tmp'], ['-C', '3'], ['-T', '1'], ['-A']]) add(sudo('-u', 'opencode', ...flags, target, '--eval', 'x'), steering);
for (const assignment of ['NODE_OPTIONS=--require=/tmp/x.js', 'LD_PRELOAD=/tmp/x.so', 'PATH=/tmp', 'KIMAKI_DATA_DIR=/tmp']) add(sudo('-u', 'opencode', assignment, target, 'send'));
for (const user of ['root', '#0', '#1000', 'opencode,root', 'ubuntu', '']) add(sudo('-u', user, target, 'send'));
for (const program of ['/bin/sh', '/usr/bin/env', '/usr/bin/kimaki', '/usr/local/bin/recorder', target + '/../../../bin/sh', '/tmp/../' + target.slice(1) + 'x', 'kimaki-dispatch-target']) add(sudo('-u', 'opencode', program, '-c', 'id'));
add(['/usr/bin/sudoedit', '-n', '-u', 'opencode', target]);
add(sudo('-u', 'opencode', '-e', target));
add(sudo('-u', 'opencode', '-l', target)); add(sudo('-V')); add(sudo('-K'));
for (const args of [['--eval', 'x'], [], ['login'], ['send', '--data-dir', '/tmp']]) add([wrapper, ...args], steering);
add([wrapper, 'send', '--channel', '1', '--prompt', '$(id)\n-- --eval x'], steering);
for (const word of words) { add([wrapper, 'send', '--channel', '1', word], steering); add(hop('send', '--channel', '1', '--prompt', word), steering); }
add(hop('send', '--channel', '1', '--prompt', '-x'), steering);
for (let n = 0; n < 150; n += 1) add(hop(...(n % 3 ? ['send', '--thread=1'] : []), ...Array.from({ length: random(5) }, () => words[random(words.length)])), n % 2 ? steering : {});
const results = lines.map(({ command, env }) => {
  const ran = spawnSync(command[0], command.slice(1), { env: { PATH: '/usr/bin:/bin', ...env }, encoding: 'utf8', timeout: 10_000, cwd: '/tmp' });
  return { status: ran.status, said: ran.stdout.slice(0, 80), error: ran.error?.code ?? null };
});
console.log(JSON.stringify({ tries: lines.length, ended: results.filter(({ status }) => status === 0).length, printed: results.map(({ said }) => said).filter((said) => /uid=|root/.test(said)) }));
`;

describe.skipIf(!lab.ok)('the sudo hop', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost();
    await installPackage(host);
    await writeFile(join(host.root, 'usr/local/bin/recorder'), RECORDER, { mode: 0o755 });
    await writeFile(join(host.root, 'tmp/tries.mjs'), TRIES);
    await hostScript(
      host,
      `const hop = kimaki.renderSudoHop({ callers: ['www-data'], serviceUser: 'opencode', home: '/home/opencode',
         dataDir: '/home/opencode/.kimaki', binary: '/usr/local/bin/recorder' })._unsafeUnwrap();
       await posix.makeDirectory('/usr/local/lib/wp-coding-agents', { mode: 0o755, uid: 0, gid: 0 });
       for (const { path, content, mode } of [hop.wrapper, hop.target, hop.sudoers]) {
         (await posix.replaceFile(path, content, { mode, uid: 0, gid: 0 }))._unsafeUnwrap();
       }
       answer((await kimaki.validateSudoersWhole()).isOk());`,
    );
  });
  afterAll(() => host.down());

  it('gives www-data nothing but send and a lone --version, whatever it tries', async () => {
    const said = JSON.parse(
      await host.ok([`${INSTALL_DIR}/node`, '/tmp/tries.mjs', TARGET, WRAPPER], {
        user: 'www-data',
        timeoutMs: 480_000,
      }),
    ) as {
      readonly tries: number;
      readonly printed: readonly string[];
    };
    expect(said.tries).toBeGreaterThan(390);
    expect(said.printed.filter((line) => !line.includes('Sudo version'))).toEqual([]);
    const started = (await host.ok(['cat', LOG])).split('\n').map((line) => JSON.parse(line) as Started);
    expect(started.length).toBeGreaterThan(20);
    for (const { args, environment, uid, cwd } of started) {
      const [first, ...options] = args;
      const unknown = options.filter((option) => !/^--(channel|thread|user|prompt)=[^]/.test(option));
      expect(first === 'send' ? unknown : args.join(), JSON.stringify(args)).toEqual(
        first === 'send' ? [] : '--version',
      );
      expect({ environment, uid, cwd }).toEqual({
        uid: 1000,
        cwd: '/home/opencode/.kimaki',
        environment: {
          HOME: '/home/opencode',
          USER: 'opencode',
          LOGNAME: 'opencode',
          SHELL: '/bin/sh',
          LANG: 'C.UTF-8',
          PATH: '/usr/local/bin:/usr/bin:/bin',
          KIMAKI_DATA_DIR: '/home/opencode/.kimaki',
        },
      });
    }
  });
});

interface Started {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly cwd: string;
}
