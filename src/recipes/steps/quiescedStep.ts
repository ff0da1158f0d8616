import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findHolders, listProcesses } from '../../posix/index.js';
import type { Check, StepContext, StepFailure, StepKind } from '../step.js';

/** What nothing may hold open any more. */
export type QuiescedArgs = {
  readonly paths: readonly string[];
  /** Units of which no process may be left, wherever it writes (`KillMode=process` spares children). */
  readonly units: readonly string[];
  /** How long a process may take to go after its service was stopped. */
  readonly graceSeconds: number;
};

/**
 * Proves that no process has anything open, mapped or as its working directory below these paths, and that none is
 * left in the cgroups of these units.
 *
 * It ends nobody's process: what still holds on after the grace time is named, and the run goes back. A
 * process that opens something right after the look is not seen; the units that could start one are held.
 */
export const quiescedStep: StepKind<'posix.quiesced', QuiescedArgs, null, StepFailure> = {
  kind: 'posix.quiesced',
  volatile: true,
  describe: (args) => ({
    title: `see that nothing of ${args.units.join(', ')} is left running, and nothing holds ${args.paths.join(', ')} open`,
    why: 'a process that still writes would go on writing into what is being moved',
  }),
  check: (args) =>
    new ResultAsync(stillThere(args)).map((left): Check<null> =>
      left.length === 0 ? { state: 'satisfied' } : { state: 'needed', before: null },
    ),
  apply: (args, _before, ctx) => new ResultAsync(waitUntilQuiet(args, ctx)),
  verify: () => okAsync(undefined),
  undo: () => okAsync(undefined),
};

async function waitUntilQuiet(args: QuiescedArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const deadline = Date.now() + args.graceSeconds * 1000;
  for (;;) {
    const left = await stillThere(args);
    if (left.isErr()) return err(left.error);
    if (left.value.length === 0) return ok(undefined);
    if (Date.now() > deadline || ctx.signal.aborted) return err(notQuiet(left.value));
    await sleep(100);
  }
}

/** One sentence for each process that is in the way. */
async function stillThere({ paths, units }: QuiescedArgs): Promise<Result<readonly string[], StepFailure>> {
  // What even root may not look into (another namespace's init) belongs to no unit of this host.
  const holders = await findHolders(paths, { onHidden: () => undefined });
  if (holders.isErr()) return err(holders.error);
  const processes = await listProcesses();
  if (processes.isErr()) return err(processes.error);
  const members = processes.value.flatMap(({ pid, name, cgroup }) => {
    const unit = units.find((each) => cgroup.split('/').includes(each));
    return unit === undefined ? [] : [`pid ${pid} (${name}) of ${unit} is still running`];
  });
  return ok([...members, ...holders.value.map(({ pid, name, path }) => `pid ${pid} (${name}) has ${path}`)]);
}

function notQuiet(left: readonly string[]): StepFailure {
  const more = left.length > 5 ? ` and ${left.length - 5} more` : '';
  const message = `the services are stopped, but not everything is quiet: ${left.slice(0, 5).join('; ')}${more}; end these processes and run again`;
  return { code: 'NOT_QUIET', message };
}
