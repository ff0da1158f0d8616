import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findHolders, listProcesses } from '../../../posix/processes/index.js';
import type { StepFailure } from '../../engine/index.js';

/** What nothing may hold open any more. */
export type QuietArgs = {
  readonly paths: readonly string[];
  /** Units of which no process may be left, wherever it writes (`KillMode=process` spares children). */
  readonly units: readonly string[];
  /** How long a process may take to go after its service was stopped. */
  readonly graceSeconds: number;
};

/** A process that is in the way. */
export type Remaining = {
  readonly pid: number;
  /** The unit in whose cgroup it is, if it is in one of them. */
  readonly unit: string | null;
  /** One sentence. */
  readonly what: string;
};

/** Waits until nothing of the units is left and nothing holds the paths; names what still does after the grace time. */
export async function awaitQuiet(
  args: QuietArgs,
  signal: AbortSignal,
  then: string,
): Promise<Result<void, StepFailure>> {
  // Of a clock that nobody sets: the service is down meanwhile.
  const deadline = performance.now() + args.graceSeconds * 1000;
  for (;;) {
    const left = await stillThere(args);
    if (left.isErr()) return err(left.error);
    if (left.value.length === 0) return ok(undefined);
    if (performance.now() > deadline || signal.aborted) return err(notQuiet(left.value, then));
    await sleep(100);
  }
}

/** Every process that is in the way at this moment. */
export async function stillThere({
  paths,
  units,
}: Pick<QuietArgs, 'paths' | 'units'>): Promise<Result<readonly Remaining[], StepFailure>> {
  // What even root may not look into (another namespace's init) belongs to no unit of this host.
  const holders = await findHolders(paths, { onHidden: () => undefined });
  if (holders.isErr()) return err(holders.error);
  const processes = await listProcesses();
  if (processes.isErr()) return err(processes.error);
  const unitOf = new Map(
    processes.value.map(({ pid, cgroup }) => [pid, units.find((each) => cgroup.split('/').includes(each)) ?? null]),
  );
  const members = processes.value.flatMap(({ pid, name }): Remaining[] => {
    const unit = unitOf.get(pid) ?? null;
    return unit === null ? [] : [{ pid, unit, what: `pid ${pid} (${name}) of ${unit} is still running` }];
  });
  const holding = holders.value.map(({ pid, name, path }): Remaining => ({
    pid,
    unit: unitOf.get(pid) ?? null,
    what: `pid ${pid} (${name}) has ${path}`,
  }));
  return ok([...members, ...holding]);
}

function notQuiet(left: readonly Remaining[], then: string): StepFailure {
  const more = left.length > 5 ? ` and ${left.length - 5} more` : '';
  const found = left
    .slice(0, 5)
    .map(({ what }) => what)
    .join('; ');
  const message = `the services are stopped, but not everything is quiet: ${found}${more}; end these processes and ${then}`;
  return { code: 'NOT_QUIET', message };
}
