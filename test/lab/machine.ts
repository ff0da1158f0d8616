import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeControlGroups, removeControlGroups } from './cgroups.js';
import { exec } from './exec.js';
import type { ExecOptions, ExecResult } from './exec.js';
import { removeTree } from './removeTree.js';

/** A booted container on a directory. */
export interface Machine {
  /** The container's PID 1, as seen from here. */
  readonly leader: number;
  /** Runs a program inside, as root with a clean environment. */
  exec(command: readonly string[], options?: InsideOptions): Promise<ExecResult>;
  /** Asks for a clean shutdown and waits for it. */
  powerOff(): Promise<void>;
  /** Waits until the container is gone by itself (after a reboot request, say). */
  gone(): Promise<void>;
  /** Ends the container at once and waits for it; nothing happens when it is gone already. */
  kill(): Promise<void>;
  /** Ends the container at once, without waiting. */
  abandon(): void;
}

/** How a program inside is run; `env` adds to a clean environment, `wrap` goes in front of the command. */
export interface InsideOptions extends Omit<ExecOptions, 'env'> {
  readonly env?: Readonly<Record<string, string>>;
  readonly wrap?: readonly string[];
}

export interface MachineSpec {
  readonly name: string;
  /** The container's root directory. */
  readonly directory: string;
  /** File that gets what the container writes on its console. */
  readonly console: string;
}

const CLEAN_ENVIRONMENT = {
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/bash',
  LANG: 'C.UTF-8',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/** Boots a container and waits until systemd inside says `running`. */
export async function startMachine(spec: MachineSpec): Promise<Machine> {
  const holder = spawnHolder(spec);
  const { nspawn, leader } = await findContainer(holder, spec);
  const machine = new RunningMachine(holder, nspawn, leader);
  try {
    await machine.waitUntilRunning(spec);
  } catch (error) {
    await machine.kill();
    throw error;
  }
  return machine;
}

/** Enters the control groups given first, then becomes the program. */
const ENTER_GROUPS = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"';

/**
 * However this process ends, nothing of the container may stay: the holder dies with it, takes the process namespace
 * around systemd-nspawn with it, and so whatever runs in there.
 */
const HELD = 'setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc'.split(' ');

const NSPAWN = [
  'systemd-nspawn --quiet --boot --register=no --keep-unit --private-network --console=pipe --hostname=lab',
  '--link-journal=no --settings=no --resolv-conf=off --timezone=off',
].flatMap((line) => line.split(' '));

function spawnHolder(spec: MachineSpec): ChildProcess {
  const output = openSync(spec.console, 'a', 0o600);
  const nspawn = [...HELD, ...NSPAWN, `--directory=${spec.directory}`, `--machine=${spec.name}`];
  const [file, ...args] = [...inControlGroupOfItsOwn(spec.name), ...nspawn];
  const child = spawn(file ?? '', args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, SYSTEMD_NSPAWN_TMPFS_TMP: '0' },
  });
  closeSync(output);
  child.on('error', () => undefined); // seen as a leader that never appears
  child.unref();
  return child;
}

/** What to put in front of a program; it becomes that program, in the same process. */
function inControlGroupOfItsOwn(name: string): readonly string[] {
  // Where systemd manages the groups, it is asked for one; elsewhere nobody minds one being made.
  if (existsSync('/run/systemd/system')) {
    return ['systemd-run', '--scope', '--quiet', '--collect', `--unit=${name}`, '--property=Delegate=yes', '--'];
  }
  return ['sh', '-c', ENTER_GROUPS, 'sh', ...makeControlGroups(name), '--'];
}

/** Finds systemd-nspawn below its holder, and the container's PID 1 below that. */
async function findContainer(holder: ChildProcess, spec: MachineSpec): Promise<{ nspawn: number; leader: number }> {
  for (let tries = 0; tries < 1500; tries += 1) {
    const nspawn = children(holder.pid)[0];
    const leader = nspawn === undefined ? undefined : children(nspawn)[0];
    if (nspawn !== undefined && leader !== undefined && commandName(leader) === 'systemd') return { nspawn, leader };
    if (hasEnded(holder)) break;
    await sleep(10);
  }
  holder.kill('SIGKILL');
  throw new Error(`${spec.name} did not start:\n${readFileSync(spec.console, 'utf8').slice(-2000)}`);
}

class RunningMachine implements Machine {
  constructor(
    private readonly holder: ChildProcess,
    private readonly nspawn: number,
    readonly leader: number,
  ) {}

  exec(command: readonly string[], options: InsideOptions = {}): Promise<ExecResult> {
    const { env, wrap = [], cwd, ...rest } = options;
    const variables = Object.entries({ ...CLEAN_ENVIRONMENT, ...env }).map(([name, value]) => `${name}=${value}`);
    const enter = ['--target', String(this.leader), '--all', '--', ...wrap];
    const clean = ['/usr/bin/env', '-i', ...(cwd ? [`--chdir=${cwd}`] : []), ...variables];
    return exec('nsenter', [...enter, ...clean, ...command], rest);
  }

  async waitUntilRunning(spec: MachineSpec): Promise<void> {
    let state = '';
    for (let tries = 0; tries < 400; tries += 1) {
      state = (await this.exec(['systemctl', 'is-system-running', '--wait'])).stdout.trim();
      if (state === 'running') return;
      if (state === 'degraded' || state === 'maintenance' || hasEnded(this.holder)) break;
      await sleep(20);
    }
    const failed = hasEnded(this.holder) ? '' : (await this.exec(['systemctl', '--failed', '--no-legend'])).stdout;
    throw new Error(`${spec.name} is "${state}" after boot:\n${failed}`);
  }

  async powerOff(): Promise<void> {
    if (children(this.holder.pid).includes(this.nspawn)) process.kill(this.nspawn, 'SIGTERM');
    await this.gone();
  }

  async gone(): Promise<void> {
    for (let tries = 0; tries < 3000; tries += 1) {
      if (hasEnded(this.holder)) return;
      await sleep(10);
    }
    throw new Error(`the container with PID 1 ${this.leader} does not end`);
  }

  async kill(): Promise<void> {
    this.abandon();
    await this.gone();
  }

  abandon(): void {
    // Its number may be another process's by now; Node knows.
    this.holder.kill('SIGKILL');
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function children(pid: number | undefined): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function commandName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Unmounts and removes what runs that were killed have left below the lab's directory. */
export async function removeDeadMachines(lab: string): Promise<void> {
  const runs = join(lab, 'run');
  if (!existsSync(runs)) return;
  for (const name of await readdir(runs)) {
    const directory = join(runs, name);
    const owner = await readFile(join(directory, 'owner'), 'utf8').catch(() => null);
    // No owner file yet: just being made.
    if (owner === null || ownerIsAlive(owner)) continue;
    // The process of another host may still be taking its own mounts off; a later run finds what is left.
    await discardRun(directory).catch((cause: unknown) => {
      process.stderr.write(
        `lab: ${name} is not cleared up: ${cause instanceof Error ? cause.message : String(cause)}\n`,
      );
    });
  }
}

/** Unmounts the layers of a host that has ended and removes its directory and control groups. */
export async function discardRun(directory: string): Promise<void> {
  await removeTree(directory);
  for (let tries = 0; tries < 50 && !removeControlGroups(basename(directory)); tries += 1) await sleep(10);
}

/** Names this process so that a later one can tell whether it still lives. */
export function ownerMark(): string {
  return `${process.pid} ${startTime(process.pid)}`;
}

function ownerIsAlive(mark: string): boolean {
  const [pid, started] = mark.split(' ');
  return startTime(Number(pid)) === started && started !== '';
}

function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
