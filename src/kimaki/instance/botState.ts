import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../posix/paths/index.js';
import { openBy, readProcess } from '../../posix/processes/index.js';
import type { OpenProcess } from '../../posix/processes/index.js';
import { unitProcesses } from '../../systemd/manager/index.js';
import type { KimakiInstance } from './findInstances.js';

/** What the processes of a unit have open, and what that says about its bot. */
export interface BotState {
  /** Why the bot does not count as running, in one sentence; null where it runs. */
  readonly problem: string | null;
  /** Ports on which its processes listen, ascending. */
  readonly ports: readonly number[];
  /** Databases of its data directory that they have open, relative to it. */
  readonly databases: readonly string[];
}

type Running = Pick<KimakiInstance, 'unit' | 'state' | 'dataDir' | 'lockPort'>;

/** For so long a bot that was started just now may still be without its port and its database. */
const PATIENCE_MS = 5_000;
const POLL_MS = 250;

/**
 * Looks at what the processes of an active unit do: the process that systemd knows is a wrapper that starts the bot, lives
 * on when it dies, and starts it again.
 *
 * Waits up to five seconds for a bot that may just be starting. Needs root. Errors: `IO`.
 */
export function readBotState(instance: Running): ResultAsync<BotState, IoError> {
  return new ResultAsync(read(instance));
}

async function read(instance: Running): Promise<Result<BotState, IoError>> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const processes = await unitProcesses(instance.state);
    if (processes.isErr()) return err(processes.error);
    const open = await openBy(processes.value, instance.dataDir);
    if (open.isErr()) return err(open.error);
    const self = await readProcess(process.pid);
    const now = self.map(({ startTicks }) => startTicks + process.uptime() * TICKS).unwrapOr(Number.NaN);
    const state = judgeBot(instance, open.value, now);
    if (state.problem === null || performance.now() > deadline) return ok(state);
    await sleep(POLL_MS);
  }
}

/** Clock ticks in a second, as the kernel shows them to programs: proc_pid_stat(5). */
const TICKS = 100;
/** A bot that is younger than this, and clearly younger than its wrapper, was started again. */
const YOUNG_SECONDS = 60;
const START_SECONDS = 10;

/**
 * Decides whether the bot of a unit runs; pure.
 *
 * @param now - in clock ticks after boot, as `startTicks`
 */
export function judgeBot(
  { unit, state: { mainPid }, dataDir, lockPort }: Running,
  open: readonly OpenProcess[],
  now: number,
): BotState {
  const ports = [...new Set(open.flatMap((one) => one.ports))].sort((one, other) => one - other);
  const databasesOf = ({ files }: OpenProcess): string[] =>
    files
      .filter((path) => dirname(path) === dataDir && path.endsWith('.db'))
      .map((path) => path.slice(dataDir.length + 1));
  const databases = [...new Set(open.flatMap(databasesOf))].sort();
  const bot = open.find((one) => lockPort !== null && one.ports.includes(lockPort));
  const wrapper = open.find(({ process }) => process.pid === mainPid);
  const because = (problem: string): BotState => ({ problem: `${unit} is active, but ${problem}`, ports, databases });
  if (lockPort === null) return { problem: null, ports, databases };
  if (bot === undefined) return because(`no process of it listens on its lock port ${lockPort}: its bot does not run`);
  const { pid, startTicks } = bot.process;
  if (databasesOf(bot).length === 0) return because(`its bot, process ${pid}, has no database of ${dataDir} open`);
  const age = Math.round((now - startTicks) / TICKS);
  const later = (startTicks - (wrapper?.process.startTicks ?? startTicks)) / TICKS;
  if (later > START_SECONDS && age < YOUNG_SECONDS) {
    return because(`its bot was started again ${age} s ago, as process ${pid}: it ended before`);
  }
  return { problem: null, ports, databases };
}
