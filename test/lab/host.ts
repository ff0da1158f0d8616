import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeControlGroups } from './cgroups.js';
import { changedFiles } from './changedFiles.js';
import { LOCK_PORT, OLD_LOCK_PORT } from './constants.js';
import { execOk } from './exec.js';
import type { ExecResult } from './exec.js';
import { ensureImage, labDirectory } from './image.js';
import { discardRun, ownerMark, startMachine } from './machine.js';
import type { Machine } from './machine.js';
import type { Variant } from './provision.js';

/** What kind of host to boot. */
export interface BootOptions {
  readonly variant?: Variant;
  /** False: renaming a directory of the image fails with EXDEV, as between two file systems. Default true. */
  readonly redirectDir?: boolean;
  /** Size of everything the host may write, as tmpfs takes it. Default 2G. */
  readonly upperSize?: string;
}

/** How to run a command in the host. */
export interface RunOptions {
  /** A user of the host, with all its groups and its HOME; default root. */
  readonly user?: string;
  readonly input?: string | Buffer;
  /** Default five minutes; the promise is rejected after that. */
  readonly timeoutMs?: number;
  /** Added to a clean environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default `/`. */
  readonly cwd?: string;
}

/** How long to go on trying, and how to run the command. */
export interface WaitOptions extends RunOptions {
  /** Default two minutes. */
  readonly withinMs?: number;
}

/** A booted host of its own, thrown away by `down()` or when this process ends. */
export class Host {
  #machine: Machine | null;

  constructor(
    readonly name: string,
    /** The directory with this host's layers. */
    private readonly directory: string,
    readonly variant: Variant,
    machine: Machine,
    /** The image below the overlay; never write to it. */
    readonly lower: string,
  ) {
    this.#machine = machine;
  }

  /** The host's `/`, seen from outside. */
  get root(): string {
    return join(this.directory, 'layers/root');
  }

  /** The overlay's upper layer, seen from outside: only what differs from the image. */
  get upper(): string {
    return join(this.directory, 'layers/upper');
  }

  /** The host's PID 1, as seen from outside. */
  get pid(): number {
    return this.machine.leader;
  }

  /** Runs a command inside; a string goes to `bash -c`. Any exit status is a result. */
  async run(command: readonly string[] | string, options: RunOptions = {}): Promise<ExecResult> {
    const argv = typeof command === 'string' ? ['bash', '-c', command] : command;
    const { user, env, ...rest } = options;
    if (user === undefined || user === 'root') return this.machine.exec(argv, { ...rest, ...(env ? { env } : {}) });
    const account = this.account(user);
    const wrap = ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups', '--'];
    const own = { HOME: account.home, USER: user, LOGNAME: user, SHELL: '/bin/bash' };
    return this.machine.exec(argv, { ...rest, wrap, env: { ...own, ...env } });
  }

  /** Runs a command that has to succeed and gives what it wrote on stdout, trimmed. */
  async ok(command: readonly string[] | string, options: RunOptions = {}): Promise<string> {
    const result = await this.run(command, options);
    if (result.code === 0) return result.stdout.trim();
    const shown = typeof command === 'string' ? command : command.join(' ');
    throw new Error(`${shown.slice(0, 400)} ended with ${result.code}:\n${result.stdout}\n${result.stderr}`);
  }

  /** Repeats a command until it succeeds; gives its stdout. Rejects with its last words when time is up. */
  async waitFor(command: readonly string[] | string, options: WaitOptions = {}): Promise<string> {
    const { withinMs = 120_000, ...rest } = options;
    const deadline = Date.now() + withinMs;
    for (;;) {
      const result = await this.run(command, rest);
      if (result.code === 0) return result.stdout.trim();
      if (Date.now() > deadline) {
        throw new Error(`not within ${withinMs} ms: ${String(command)}\n${result.stdout}\n${result.stderr}`);
      }
      await sleep(200);
    }
  }

  /** Restarts the host on the same disk and waits until it is up again. */
  async reboot(): Promise<void> {
    await this.run(['systemctl', 'reboot']).catch(() => undefined); // it may be killed by the reboot it asked for
    await this.machine.gone();
    this.#machine = await startMachine(machineSpec(this.name, this.directory));
    await this.serviceListens();
  }

  /** Stops the host as a power cut would and boots it again on the same disk. */
  async crash(): Promise<void> {
    await this.machine.kill();
    this.#machine = await startMachine(machineSpec(this.name, this.directory));
  }

  /** Ends the host and throws it away. */
  async down(): Promise<void> {
    if (this.#machine === null) return;
    await this.#machine.kill();
    this.#machine = null;
    running.delete(this);
    await discardRun(this.directory);
  }

  /**
   * The paths that differ from the image, sorted: files and links in the overlay's upper layer, and directories that
   * are new or have another owner or mode. A deleted path has a `-` in front.
   */
  changedFiles(): Promise<readonly string[]> {
    return changedFiles(this.upper, this.lower);
  }

  /** Waits for the service of the broken state to hold its lock port, as after every boot. */
  async serviceListens(withinMs = 180_000): Promise<void> {
    if (this.variant === 'clean') return;
    const ports = [OLD_LOCK_PORT, LOCK_PORT].map((port) => port.toString(16).toUpperCase().padStart(4, '0'));
    const listening = new RegExp(` 0100007F:(${ports.join('|')}) 00000000:0000 0A `);
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      if (listening.test(readFileSync(`/proc/${this.pid}/net/tcp`, 'utf8'))) return;
      await sleep(20);
    }
    throw new Error(`${this.name}: nothing listens on port ${OLD_LOCK_PORT} or ${LOCK_PORT}`);
  }

  /** Ends the host when there is no time to wait. */
  abandon(): void {
    if (this.#machine === null) return;
    this.#machine.abandon();
    this.#machine = null;
    spawnSync('umount', ['--lazy', this.root]);
    spawnSync('umount', ['--lazy', join(this.directory, 'layers')]);
    spawnSync('rm', ['-rf', '--one-file-system', '--', this.directory]);
    const clock = new Int32Array(new SharedArrayBuffer(4));
    for (let tries = 0; tries < 50 && !removeControlGroups(this.name); tries += 1) Atomics.wait(clock, 0, 0, 10);
  }

  private get machine(): Machine {
    if (this.#machine === null) throw new Error(`${this.name} is down`);
    return this.#machine;
  }

  private account(user: string): { uid: number; gid: number; home: string } {
    const lines = readFileSync(join(this.root, 'etc/passwd'), 'utf8').split('\n');
    const [, , uid, gid, , home] = lines.find((line) => line.startsWith(`${user}:`))?.split(':') ?? [];
    if (uid === undefined || gid === undefined || home === undefined) {
      throw new Error(`${this.name} has no user ${user}`);
    }
    return { uid: Number(uid), gid: Number(gid), home };
  }
}

const running = new Set<Host>();
let count = 0;
let registered = false;

/** Boots a fresh host and waits until it is up. Hosts share nothing but the image, so several may run at once. */
export async function bootHost(options: BootOptions = {}): Promise<Host> {
  const variant = options.variant ?? 'broken';
  const image = await ensureImage(variant);
  count += 1;
  const name = `lab-${process.pid}-${count}-${randomBytes(2).toString('hex')}`;
  const directory = join(labDirectory(), 'run', name);
  const layers = join(directory, 'layers');
  await mkdir(layers, { recursive: true, mode: 0o700 });
  await writeFile(join(directory, 'owner'), ownerMark());
  try {
    await execOk('mount', ['-t', 'tmpfs', '-o', `size=${options.upperSize ?? '2G'},mode=755`, name, layers]);
    for (const layer of ['upper', 'work', 'root']) await mkdir(join(layers, layer));
    const overlay = [
      `lowerdir=${image.root}`,
      `upperdir=${join(layers, 'upper')}`,
      `workdir=${join(layers, 'work')}`,
      `redirect_dir=${options.redirectDir === false ? 'off' : 'on'}`,
    ];
    await execOk('mount', ['-t', 'overlay', name, '-o', overlay.join(','), join(layers, 'root')]);
    const machine = await startMachine(machineSpec(name, directory));
    const host = new Host(name, directory, variant, machine, image.root);
    if (!registered) process.once('exit', abandonAll);
    registered = true;
    running.add(host);
    await host.serviceListens();
    return host;
  } catch (error) {
    const written = await readFile(join(directory, 'console.log'), 'utf8').catch(() => '');
    await discardRun(directory);
    throw new Error(`${name} could not be booted; its console: ${written.slice(-2000)}`, { cause: error });
  }
}

function machineSpec(name: string, directory: string): Parameters<typeof startMachine>[0] {
  return { name, directory: join(directory, 'layers/root'), console: join(directory, 'console.log') };
}

function abandonAll(): void {
  for (const host of running) host.abandon();
}
