// @module-tag linux
// @module-tag slow
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DoubleHome, NOBODY, freePort, removeDoubleHomes } from './doubleHome.js';

const TOKEN = { KIMAKI_BOT_TOKEN: 'scratch' };

const BIN = 'remorses/kimaki cli/src/bin.ts';
const CLI = 'remorses/kimaki cli/src/cli.ts';
const CONFIG = 'remorses/kimaki cli/src/config.ts';
const RUNNER = 'remorses/kimaki cli/src/cli-runner.ts';
const HRANA = 'remorses/kimaki cli/src/hrana-server.ts';
const DATABASE = 'remorses/kimaki cli/src/db.ts';
const SEND = 'remorses/kimaki cli/src/cli-commands/send.ts';
const PARSER = 'remorses/goke goke/src/goke.ts';

afterAll(removeDoubleHomes);

async function portOfItsOwn(): Promise<Readonly<Record<string, string>>> {
  return { KIMAKI_LOCK_PORT: String(await freePort()) };
}

/** The waits of the wrapper in the order in which it named them. */
const waits = (text: string): string[] =>
  [...text.matchAll(/restarting in (\d+)s/g)].map(([, seconds]) => seconds ?? '');

/** The bot as the wrapper's child, without what the wrapper does. */
const CHILD = { __KIMAKI_CHILD: '1' };

type Row = readonly [sentence: string, source: string, proof: (at: DoubleHome) => Promise<void>];

const ROWS: readonly Row[] = [
  [
    'without a subcommand it makes $HOME/.kimaki/heap-snapshots, whatever the data directory is',
    BIN,
    async (at) => {
      await at.run(['--data-dir', join(at.directory, 'data')], { LAB_FAULT: 'exit-0' });
      expect(statSync(join(at.home, '.kimaki/heap-snapshots')).isDirectory()).toBe(true);
    },
  ],
  [
    'with a first argument that begins with "-" it ends with 1 and EACCES where it cannot make that directory, --version included',
    BIN,
    async (at) => {
      chmodSync(at.home, 0o555);
      const { code, text } = await at.run(['--version'], {}, NOBODY);
      expect(text).toMatch(/EACCES: permission denied, mkdir '.*\.kimaki/);
      expect(code).toBe(1);
    },
  ],
  [
    '--version prints the version and ends with 0 where it can',
    PARSER,
    async (at) => {
      const { code, text } = await at.run(['--version']);
      expect([code, text]).toEqual([0, expect.stringMatching(/^kimaki\/0\.26\.0 linux-x64 node-v22/m)]);
    },
  ],
  [
    '--help and subcommands run directly, and make no directory',
    BIN,
    async (at) => {
      expect((await at.run(['--help'])).code).toBe(0);
      expect((await at.run(['send', '--help'])).code).toBe(0);
      expect((await at.run(['send'])).code).toBe(64);
      expect(() => statSync(join(at.home, '.kimaki'))).toThrow('ENOENT');
    },
  ],
  [
    'the wrapper starts itself as a child with __KIMAKI_CHILD=1 and the same arguments; the child listens and has the database open',
    BIN,
    async (at) => {
      const port = await portOfItsOwn();
      const bot = at.start(['--auto-restart'], { ...port, ...TOKEN });
      await bot.said('ready');
      const child = Number(readFileSync(join(at.home, '.kimaki/lab.pid'), 'utf8'));
      expect(child).not.toBe(bot.child.pid);
      expect(readFileSync(`/proc/${child}/status`, 'utf8')).toMatch(new RegExp(`^PPid:\\t${bot.child.pid}$`, 'm'));
      expect(readFileSync(`/proc/${child}/environ`, 'latin1')).toContain('__KIMAKI_CHILD=1');
      const answer = await fetch(`http://127.0.0.1:${port.KIMAKI_LOCK_PORT ?? ''}/health`);
      expect(await answer.json()).toEqual({ status: 'ok', pid: child });
      expect(statSync(join(at.home, '.kimaki/discord-sessions.db')).isFile()).toBe(true);
    },
  ],
  [
    'a child that fails is started again after 2, 4, 8, 16, 30 s; more than 5 failures in 60 s end the wrapper with 1',
    BIN,
    async (at) => {
      const { code, text } = await at.run(['--auto-restart'], { LAB_FAULT: 'exit-3', LAB_HASTE: '100' });
      expect([code, waits(text)]).toEqual([1, ['2', '4', '8', '16', '30']]);
    },
  ],
  [
    '75 is a temporary failure: it waits longer each time, up to 30 s, and never gives up',
    BIN,
    async (at) => {
      const bot = at.start(['--auto-restart'], { LAB_FAULT: 'exit-75', LAB_HASTE: '100' });
      expect(waits(await bot.said('restarting', 7))).toEqual(['2', '4', '8', '16', '30', '30', '30']);
    },
  ],
  [
    '0 and 64 end the wrapper with the same status',
    BIN,
    async (at) => {
      for (const code of [0, 64]) {
        expect((await at.run(['--auto-restart'], { LAB_FAULT: `exit-${code}` })).code).toBe(code);
      }
    },
  ],
  [
    'SIGTERM and SIGINT are passed to the child, and the wrapper ends with its status and does not start it again',
    BIN,
    async (at) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        const bot = at.start(['--auto-restart'], { ...(await portOfItsOwn()), ...TOKEN });
        await bot.said('ready');
        bot.child.kill(signal);
        const { code, text } = await bot.ended;
        expect([code, waits(text)]).toEqual([0, []]);
      }
    },
  ],
  [
    'a child that does not end within 15 s of the signal is killed',
    BIN,
    async (at) => {
      const env = { ...(await portOfItsOwn()), ...TOKEN, LAB_FAULT: 'deaf', LAB_HASTE: '10' };
      const bot = at.start(['--auto-restart'], env);
      await bot.said('ready');
      const began = Date.now();
      bot.child.kill('SIGTERM');
      await bot.ended;
      expect(Date.now() - began).toBeGreaterThan(1400);
    },
  ],
  [
    'SIGUSR2 has the child end, and the wrapper starts it again',
    BIN,
    async (at) => {
      const bot = at.start(['--auto-restart'], { ...(await portOfItsOwn()), ...TOKEN, LAB_HASTE: '100' });
      await bot.said('ready');
      bot.child.kill('SIGUSR2');
      await bot.said('ready', 2);
    },
  ],
  [
    'the lock port is KIMAKI_LOCK_PORT where that is 1 to 65535; else 29988 for HOME/.kimaki; else made of the path',
    CONFIG,
    async (at) => {
      const other = ['--data-dir', '/tmp/../tmp/wca-no-such'];
      const ports: readonly [readonly string[], Readonly<Record<string, string>>, string][] = [
        [[], { KIMAKI_LOCK_PORT: '1' }, '1'],
        [other, { KIMAKI_LOCK_PORT: '65535' }, '65535'],
        [[], { KIMAKI_LOCK_PORT: '0' }, '29988'],
        [[], { KIMAKI_LOCK_PORT: '65536' }, '29988'],
        [[], { KIMAKI_LOCK_PORT: 'none' }, '29988'],
        [[], {}, '29988'],
        [['--data-dir', join(at.home, '.kimaki')], {}, '29988'],
        // The path made absolute: of "a" the hash is 97, of "/a" 47 * 31 + 97.
        [['--data-dir', '/a'], {}, String(30000 + 47 * 31 + 97)],
      ];
      for (const [args, env, port] of ports) {
        const { text } = await at.run([...args, '--auto-restart'], { ...CHILD, LAB_FAULT: 'exit-0', ...env }, NOBODY);
        expect(text, JSON.stringify([args, env])).toContain(`lock port ${port}\n`);
      }
    },
  ],
  [
    'KIMAKI_DATA_DIR does not move the data directory of the bot or of send',
    CONFIG,
    async (at) => {
      const env = { KIMAKI_DATA_DIR: join(at.directory, 'elsewhere'), ...TOKEN };
      await at.run(['--auto-restart'], { ...env, LAB_FAULT: 'exit-0' });
      expect((await at.run(['send', '--channel', '1', '--prompt', 'x'], env)).code).toBe(0);
      expect(statSync(join(at.home, '.kimaki/discord-sessions.db')).isFile()).toBe(true);
      expect(() => statSync(env.KIMAKI_DATA_DIR)).toThrow('ENOENT');
    },
  ],
  [
    '--data-dir and --projects-dir are made where they are missing; where that fails it ends with 64',
    CONFIG,
    async (at) => {
      const projects = join(at.directory, 'projects');
      await at.run(['--projects-dir', projects], { LAB_FAULT: 'exit-0' });
      expect(statSync(projects).isDirectory()).toBe(true);
      chmodSync(at.directory, 0o555);
      for (const option of ['--data-dir', '--projects-dir']) {
        const closed = join(at.directory, 'closed/projects');
        const other = option === '--data-dir' ? [] : ['--data-dir', new DoubleHome('kimaki', '0.26.0').directory];
        for (const one of other.slice(1)) chmodSync(one, 0o777);
        const { code, text } = await at.run([option, closed, ...other], CHILD, NOBODY);
        expect([code, text]).toEqual([64, expect.stringContaining('EACCES')]);
      }
      chmodSync(at.directory, 0o755);
    },
  ],
  [
    'an option that it does not know, or that lacks its value, ends the child with 1, and the wrapper lives on',
    PARSER,
    async (at) => {
      for (const args of [['--no-such'], ['--lock-port', '29989'], ['--data-dir'], ['--data-dir', '--auto-restart']]) {
        expect((await at.run(args, CHILD)).code, args.join(' ')).toBe(1);
      }
      const bot = at.start(['--lock-port', '29989'], { LAB_HASTE: '100' });
      await bot.said('Unknown option', 3);
    },
  ],
  [
    '--enable-skill together with --disable-skill ends with 64',
    CLI,
    async (at) => {
      expect((await at.run(['--enable-skill', 'a', '--disable-skill', 'b'])).code).toBe(64);
    },
  ],
  [
    'without a token in the environment or the database, and without a terminal, the bot ends with 64',
    RUNNER,
    async (at) => {
      expect((await at.run(['--auto-restart'], await portOfItsOwn())).code).toBe(64);
    },
  ],
  [
    'a newcomer asks the process that answers on its lock port to end, and takes its place',
    HRANA,
    async (at) => {
      const port = await portOfItsOwn();
      const old = at.start(['--auto-restart'], { ...port, ...TOKEN });
      await old.said('ready');
      const young = at.start(['--auto-restart'], { ...port, ...TOKEN });
      await young.said('ready');
      expect((await old.ended).code).toBe(0);
      expect(young.text).toContain('Evicting existing kimaki process');
    },
  ],
  [
    'where something else stays on the lock port it ends with 64',
    HRANA,
    async (at) => {
      const server = createServer((socket) => void socket.destroy());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const port = { KIMAKI_LOCK_PORT: String((server.address() as AddressInfo).port) };
      expect((await at.run(['--auto-restart'], { ...port, ...TOKEN })).code).toBe(64);
      await new Promise((resolve) => server.close(resolve));
    },
  ],
  [
    'a database that cannot be opened ends the bot with 64',
    DATABASE,
    async (at) => {
      mkdirSync(join(at.home, '.kimaki/discord-sessions.db'), { recursive: true });
      expect((await at.run(['--auto-restart'], { ...(await portOfItsOwn()), ...TOKEN })).code).toBe(64);
    },
  ],
  [
    'send opens HOME/.kimaki/discord-sessions.db, makes it where it is missing, and ends with 64 where it cannot',
    DATABASE,
    async (at) => {
      const message = ['send', '--channel', '1', '--prompt', 'x'];
      expect((await at.run(message, TOKEN)).code).toBe(0);
      expect(statSync(join(at.home, '.kimaki/discord-sessions.db')).isFile()).toBe(true);
      expect((await at.run(message, { ...TOKEN, HOME: '/' }, NOBODY)).code).toBe(64);
    },
  ],
  [
    'send needs a token: the variable, else what the bot saved in its database',
    RUNNER,
    async (at) => {
      const message = ['send', '--channel', '1', '--prompt', 'x'];
      expect((await at.run(message)).code).toBe(64);
      const bot = at.start(['--auto-restart'], { ...(await portOfItsOwn()), ...TOKEN });
      await bot.said('ready');
      expect((await at.run(message)).code).toBe(0);
      await bot.said('message 1 from uid');
    },
  ],
  [
    'send knows these options and no --data-dir; --thread goes with neither --channel nor --session',
    SEND,
    async (at) => {
      const ends = async (...args: readonly string[]): Promise<number | null> =>
        (await at.run(['send', ...args], TOKEN)).code;
      const all = '--channel 1 --prompt x --name n --user u --agent a --model m --cwd . --notify-only --wait'.split(
        ' ',
      );
      expect(await ends(...all)).toBe(0);
      expect(await ends('-c', '1', '-p=x', '-n')).toBe(0);
      expect(await ends('--channel', '1', '--prompt', 'x', '--data-dir', at.directory)).toBe(1);
      expect(await ends('--channel', '1')).toBe(64);
      expect(await ends('--channel', '1', '--thread', '2', '--prompt', 'x')).toBe(64);
      expect(await ends('--session', '1', '--thread', '2', '--prompt', 'x')).toBe(64);
    },
  ],
];

describe('the double of kimaki', () => {
  it.concurrent.each(ROWS)('%s (%s)', async (_sentence, _source, proof) => {
    await proof(new DoubleHome('kimaki', '0.26.0'));
  });
});
