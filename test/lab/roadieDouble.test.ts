// @module-tag linux
// @module-tag slow
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { DoubleHome, NOBODY, freePort, removeDoubleHomes } from './doubleHome.js';
import type { StartedDouble } from './doubleHome.js';

// Where the real program can be held against the same sentence. The files are of the repository Extra-Chill/roadie.
const BIN = 'cli/src/bin.ts';
const CONFIG = 'cli/src/config.ts';
const SERVER = 'cli/src/hrana-server.ts';
const REMOTE = 'cli/src/remote-send.ts';
const SEND = 'cli/src/cli-commands/send.ts';

afterAll(removeDoubleHomes);

/** A home with the double of Roadie, and the tokens that it needs. */
class Scratch extends DoubleHome {
  readonly env: Record<string, string> = { ROADIE_BOT_TOKEN: 'bot', ROADIE_SERVICE_TOKEN: 'send' };

  constructor() {
    super('roadie', '1.0.0');
  }

  /** A running bot, on a port of its own. */
  async bot(env: Readonly<Record<string, string>> = {}): Promise<{ bot: StartedDouble; port: number }> {
    const port = await freePort();
    const bot = this.start(['--auto-restart'], { ...this.env, ROADIE_LOCK_PORT: String(port), ...env });
    await bot.said('ready ', 1, SLOW_MS);
    return { bot, port };
  }

  secret(name: string, text: string): string {
    const file = join(this.directory, name);
    writeFileSync(file, text);
    return file;
  }
}

/** A slow machine takes long between wrapper and bot. */
const SLOW_MS = 60_000;

interface Health {
  readonly status: string;
  readonly pid: number;
  readonly wrapperPid: number | null;
}

async function health(port: number): Promise<Health> {
  const answer = await fetch(`http://127.0.0.1:${port}/health`);
  return (await answer.json()) as Health;
}

describe('the wrapper', () => {
  it(`makes HOME/.roadie/heap-snapshots whatever the data directory, and starts itself as a child (${BIN})`, async () => {
    const home = new Scratch();
    const { bot, port } = await home.bot({ ROADIE_DATA_DIR: join(home.directory, 'data') });
    expect(existsSync(join(home.home, '.roadie/heap-snapshots'))).toBe(true);
    const { pid, wrapperPid } = await health(port);
    expect(wrapperPid).toBe(bot.child.pid);
    expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).toContain('__ROADIE_CHILD=1');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).toContain('--heapsnapshot-near-heap-limit=3');
  });

  it.skipIf(process.getuid?.() !== 0)(`ends with 1 where it cannot make it (${BIN})`, async () => {
    const ended = await new Scratch().run(['--version'], {}, NOBODY);
    expect(ended.code).toBe(1);
    expect(ended.text).toContain('EACCES');
  });

  it.skipIf(process.getuid?.() !== 0)(
    `is not there for a subcommand and for --help, which need no home (${BIN})`,
    async () => {
      const home = new Scratch();
      expect((await home.run(['--help'], {}, NOBODY)).code).toBe(0);
      expect((await home.run(['send', '--help'], {}, NOBODY)).code).toBe(0);
      expect((await home.run(['send', '--channel', '1'], {}, NOBODY)).code).toBe(64);
      expect(existsSync(join(home.home, '.roadie'))).toBe(false);
    },
  );

  it(`is there for --version too, which the child answers (${BIN})`, async () => {
    const home = new Scratch();
    const ended = await home.run(['--version'], {});
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.text).toContain('roadie/1.0.0');
    expect(existsSync(join(home.home, '.roadie/heap-snapshots'))).toBe(true);
  });

  it(`starts a child that dies again, and ends with 1 after more than five crashes in a minute (${BIN})`, async () => {
    const home = new Scratch();
    const file = home.secret('none', '');
    const ended = await home.run(['--auto-restart'], { ROADIE_BOT_TOKEN_FILE: file, LAB_HASTE: '200' });
    expect(ended.code).toBe(1);
    for (const seconds of [2, 4, 8, 16, 30]) expect(ended.text).toContain(`restarting in ${seconds}s`);
    expect(ended.text).toContain('crash loop');
  });

  it(`lives on while the child that held the port is dead, and starts another (${BIN})`, async () => {
    const { bot, port } = await new Scratch().bot();
    const first = await health(port);
    process.kill(first.pid, 'SIGKILL');
    await bot.said('ready ', 2, SLOW_MS);
    const second = await health(port);
    expect(second.pid).not.toBe(first.pid);
    expect(second.wrapperPid).toBe(first.wrapperPid);
  });

  it(`ends when the child ends with 64, which a bot without a token does (${BIN})`, async () => {
    expect((await new Scratch().run(['--auto-restart'], {})).code).toBe(64);
  });

  it(`hands SIGTERM on, and both end within 15 s (${BIN})`, async () => {
    const { bot, port } = await new Scratch().bot();
    const { pid } = await health(port);
    bot.child.kill('SIGTERM');
    expect((await bot.ended).code).toBe(0);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it(`takes its child with it when it is killed (${BIN}, ${SERVER})`, async () => {
    const { bot, port } = await new Scratch().bot();
    const { pid } = await health(port);
    bot.child.kill('SIGKILL');
    for (let tries = 0; tries < 200 && existsSync(`/proc/${pid}`); tries += 1) await sleep(50);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});

describe('the bot', () => {
  it(`answers GET /health without a token with status, pid and wrapperPid (${SERVER})`, async () => {
    const { bot, port } = await new Scratch().bot();
    const answer = await health(port);
    expect(Object.keys(answer).sort()).toEqual(['pid', 'status', 'wrapperPid']);
    expect(answer).toMatchObject({ status: 'ok', wrapperPid: bot.child.pid });
    expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(404);
  });

  it(`listens on the loopback address only (${SERVER})`, async () => {
    const { port } = await new Scratch().bot();
    const listening = readFileSync('/proc/net/tcp', 'utf8').split('\n');
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    expect(listening.some((line) => line.includes(` 0100007F:${hex} 00000000:0000 0A`))).toBe(true);
    expect(listening.some((line) => line.includes(` 00000000:${hex} 00000000:0000 0A`))).toBe(false);
  });

  it(`keeps discord-sessions.db in its data directory, which is --data-dir, else the variable, else HOME/.roadie (${CONFIG})`, async () => {
    const home = new Scratch();
    const data = join(home.directory, 'data');
    await home.bot({ ROADIE_DATA_DIR: data });
    expect(existsSync(join(data, 'discord-sessions.db'))).toBe(true);
    expect(existsSync(join(home.home, '.roadie/discord-sessions.db'))).toBe(false);
  });

  it(`takes a secret from ROADIE_X, else from the file that ROADIE_X_FILE names, without blanks at its end (${CONFIG})`, async () => {
    const home = new Scratch();
    const files = {
      ROADIE_BOT_TOKEN: '',
      ROADIE_BOT_TOKEN_FILE: home.secret('bot-token', 'bot\n'),
      ROADIE_SERVICE_TOKEN: '',
      ROADIE_SERVICE_TOKEN_FILE: home.secret('send-token', ' fromfile \n'),
    };
    const { port } = await home.bot(files);
    expect((await post(port, 'fromfile')).status).toBe(200);
    expect((await post(port, 'send')).status).toBe(401);
  });

  it(`ends an older instance on its port, its wrapper first (${SERVER})`, async () => {
    const older = await new Scratch().bot();
    const newer = new Scratch();
    const bot = newer.start(['--auto-restart'], { ...newer.env, ROADIE_LOCK_PORT: String(older.port) });
    await bot.said('ready ', 1, SLOW_MS);
    expect((await older.bot.ended).code).toBe(0);
    expect((await health(older.port)).wrapperPid).toBe(bot.child.pid);
  });

  it(`refuses POST /roadie/send without its token, and answers with lines of output and an exit status (${REMOTE})`, async () => {
    const { port } = await new Scratch().bot();
    expect((await post(port, 'wrong')).status).toBe(401);
    const answer = await post(port, 'send', { channel: '1', prompt: 'Hello' });
    expect(answer.status).toBe(200);
    const lines = (await answer.text()).trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ exit: 0 });
  });
});

function post(port: number, token: string, options: Readonly<Record<string, string>> = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return fetch(`http://127.0.0.1:${port}/roadie/send`, { method: 'POST', headers, body: JSON.stringify({ options }) });
}

describe('the port', () => {
  it(`is ROADIE_LOCK_PORT, else 29988 for HOME/.roadie, else 12000 and a hash of the data directory (${CONFIG})`, async () => {
    const home = new Scratch();
    const data = '/home/opencode/.roadie';
    let hash = 0;
    for (const char of data) {
      hash = (hash << 5) - hash + char.charCodeAt(0);
      hash &= hash;
    }
    const token = { ROADIE_SERVICE_TOKEN: 'send' };
    const asked = async (env: Readonly<Record<string, string>>): Promise<string> =>
      /on port (\d+)/.exec((await home.run(['send', '--channel', '1'], { ...token, ...env })).text)?.[1] ?? 'none';
    expect(await asked({ ROADIE_DATA_DIR: data, HOME: '/tmp' })).toBe(String(12_000 + (Math.abs(hash) % 10_000)));
    expect(await asked({ ROADIE_DATA_DIR: data, ROADIE_LOCK_PORT: '1' })).toBe('1');
    expect(await asked({ ROADIE_DATA_DIR: data, ROADIE_LOCK_PORT: '70000', HOME: '/tmp' })).not.toBe('70000');
  });
});

describe('send', () => {
  it(`goes through the bot where it has a token and not the database (${REMOTE}, ${SEND})`, async () => {
    const home = new Scratch();
    const { bot, port } = await home.bot();
    const env = {
      ROADIE_SERVICE_TOKEN: 'send',
      ROADIE_LOCK_PORT: String(port),
      ROADIE_DATA_DIR: '/nowhere',
      HOME: '/tmp',
    };
    const sent = await home.run(['send', '--channel', '1', '--prompt', '--to be sent'], env);
    expect(sent.code).toBe(64);
    expect((await home.run(['send', '--channel', '1', '--prompt', 'Hello'], env)).code).toBe(0);
    expect(bot.child.exitCode).toBeNull();
  });

  it(`without a message is refused by the bot with 64, and nothing is sent (${SEND})`, async () => {
    const home = new Scratch();
    const { port } = await home.bot();
    const env = { ROADIE_SERVICE_TOKEN: 'send', ROADIE_LOCK_PORT: String(port), ROADIE_DATA_DIR: '/nowhere' };
    const refused = await home.run(['send', '--channel', '1'], env);
    expect(refused).toMatchObject({ code: 64 });
    expect(refused.text).toContain('Prompt is required. Use --prompt <prompt>');
    expect((await home.run(['send'], env)).code).toBe(64);
  });

  it(`with another token, or where no bot listens, ends with 1 and says so (${REMOTE})`, async () => {
    const home = new Scratch();
    const { port } = await home.bot();
    const env = { ROADIE_SERVICE_TOKEN: 'wrong', ROADIE_LOCK_PORT: String(port), ROADIE_DATA_DIR: '/nowhere' };
    const rejected = await home.run(['send', '--channel', '1', '--prompt', 'x'], env);
    expect(rejected.code).toBe(1);
    expect(rejected.text).toContain('rejected the send (401)');
    const unreachable = await home.run(['send', '--channel', '1'], {
      ...env,
      ROADIE_LOCK_PORT: String(await freePort()),
    });
    expect(unreachable.code).toBe(1);
    expect(unreachable.text).toContain('Could not reach the running Roadie bot on port');
  });

  it(`uses the database itself where it can write it, token or not (${REMOTE})`, async () => {
    const home = new Scratch();
    await home.bot();
    const env = { ROADIE_SERVICE_TOKEN: 'wrong', ROADIE_LOCK_PORT: '1' };
    expect((await home.run(['send', '--channel', '1', '--prompt', 'x'], env)).code).toBe(0);
  });

  it(`with a token file that it cannot read ends with 1 (${CONFIG})`, async () => {
    const refused = await new Scratch().run(['send', '--channel', '1'], {
      ROADIE_SERVICE_TOKEN_FILE: '/nowhere/token',
    });
    expect(refused.code).toBe(1);
    expect(refused.text).toContain('is not readable');
  });
});
