import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { firstFew } from '../../../posix/paths/index.js';
import { findHolders, listProcesses } from '../../../posix/processes/index.js';
import type { ProcessStatus } from '../../../posix/processes/index.js';
import { absolutePath, listOf, record } from '../../engine/index.js';
import type { StepFailure } from '../../engine/index.js';

const caller = record({ program: absolutePath, uid: v.nullable(v.number()) });

/** Schema of {@link NoProcessesArgs}. */
export const noProcessesArgs = record({
  /** No process may have anything open below these. */
  paths: listOf(absolutePath),
  /** Units of which no process may be left, wherever it writes (`KillMode=process` spares children). */
  units: listOf(v.string()),
  /**
   * Programs that send messages to the agents. No process may run one: it has the path among its arguments, and the uid where
   * one is given.
   */
  callers: v.exactOptional(listOf(caller)),
  /** How long a process may take to end after its service was stopped. */
  graceSeconds: v.number(),
});

/** Which processes may not be there. */
export type NoProcessesArgs = Readonly<v.InferOutput<typeof noProcessesArgs>>;

/** A process that should not be there. */
export type Remaining = {
  readonly pid: number;
  /** The unit in whose cgroup it is, if it is in one of them. */
  readonly unit: string | null;
  /** It sends a message, and ends by itself. */
  readonly isSending: boolean;
  /** Of a unit, or with a path in use; not one that may only come to use it. */
  readonly isThere: boolean;
  /** One sentence. */
  readonly what: string;
};

/**
 * Waits until no process of the units is left, none uses the paths, and no message is being sent; after the grace time,
 * names the processes that are left. A message that nobody has begun to write by then is not waited for.
 *
 * `then` ends the message: what to do once these processes have ended.
 */
export async function awaitNoProcesses(
  args: NoProcessesArgs,
  signal: AbortSignal,
  then: string,
): Promise<Result<void, StepFailure>> {
  // A monotonic clock: the service is down meanwhile, and the system time may be set.
  const deadline = performance.now() + args.graceSeconds * 1000;
  for (;;) {
    const left = await findProcesses(args);
    if (left.isErr()) return err(left.error);
    if (left.value.length === 0) return ok(undefined);
    if (performance.now() > deadline || signal.aborted) {
      // An account that may send messages could send them without end, so a sender that has nothing open stops nothing.
      const there = left.value.filter(({ isThere }) => isThere);
      return there.length === 0 ? ok(undefined) : err(processesLeft(there, then));
    }
    await sleep(100);
  }
}

/** Every process of the units, and every one that uses the paths, at this moment. */
export async function findProcesses({
  paths,
  units,
  callers = [],
}: Omit<NoProcessesArgs, 'graceSeconds'>): Promise<Result<readonly Remaining[], StepFailure>> {
  // A process that even root cannot inspect (another namespace's init) belongs to no unit of this host.
  const holders = await findHolders(paths, { onHidden: () => undefined });
  if (holders.isErr()) return err(holders.error);
  const processes = await listProcesses();
  if (processes.isErr()) return err(processes.error);
  const unitOf = new Map(
    processes.value.map(({ pid, cgroup }) => [pid, units.find((each) => cgroup.split('/').includes(each)) ?? null]),
  );
  const calling = callers.flatMap(({ program, uid }) =>
    processes.value
      .filter((one) => (uid === null || uid === one.uid) && argumentsOf(one.pid).includes(program))
      .map((one) => ({ ...one, program })),
  );
  const sending = withDescendants(calling, processes.value);
  const remaining = (pid: number, what: string, isThere = true): Remaining => ({
    pid,
    unit: unitOf.get(pid) ?? null,
    isSending: sending.has(pid),
    isThere,
    what: `pid ${pid} ${what}`,
  });
  const members = processes.value.flatMap(({ pid, name }) => {
    const unit = unitOf.get(pid) ?? null;
    return unit === null ? [] : [remaining(pid, `(${name}) of ${unit} is still running`)];
  });
  const holding = holders.value.map(({ pid, name, path }) => remaining(pid, `(${name}) uses ${path}`));
  const sends = calling.map(({ pid, name, program }) =>
    remaining(pid, `(${name}) sends a message with ${program}`, false),
  );
  return ok([...members, ...holding, ...sends]);
}

/** The pids of these processes, and of what they started. */
function withDescendants(some: readonly ProcessStatus[], all: readonly ProcessStatus[]): ReadonlySet<number> {
  const pids = new Set(some.map(({ pid }) => pid));
  for (let before = -1; before < pids.size;) {
    before = pids.size;
    for (const { pid, ppid } of all) if (pids.has(ppid)) pids.add(pid);
  }
  return pids;
}

/** None for a process that has ended. */
function argumentsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

/** How often, and how many milliseconds apart, a stranger must be seen: one that only reads is gone again in a moment. */
const LOOKS = 4;
const LOOK_MS = 500;

/**
 * Processes that use these paths for some time and belong to none of the units, so that they are not stopped with them. One
 * that sends a message is not among them.
 */
export async function strangers(
  where: Omit<NoProcessesArgs, 'graceSeconds'>,
): Promise<Result<readonly Remaining[], StepFailure>> {
  let seen: readonly Remaining[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) await sleep(LOOK_MS);
    const now = await findProcesses(where);
    if (now.isErr()) return err(now.error);
    const found = now.value.filter(({ unit, isSending, pid }) => unit === null && !isSending && pid !== process.pid);
    seen = look === 0 ? found : seen.filter(({ what }) => found.some((other) => other.what === what));
    if (seen.length === 0) break;
  }
  return ok(seen);
}

function processesLeft(left: readonly Remaining[], then: string): StepFailure {
  const texts = left.map(({ what }) => what);
  const message = `the services are stopped, but processes are left: ${firstFew(texts, 5, '; ')}; end these processes and ${then}`;
  return { code: 'PROCESSES_LEFT', message };
}
