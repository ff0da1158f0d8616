import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findHolders } from '../../posix/index.js';
import type { Holder } from '../../posix/index.js';
import type { Check, StepContext, StepFailure, StepKind } from '../step.js';

/** What nothing may hold open any more. */
export type QuiescedArgs = {
  readonly paths: readonly string[];
  /** How long a process may take to go after its service was stopped. */
  readonly graceSeconds: number;
};

/**
 * Proves that no process has anything open, mapped or as its working directory below these paths.
 *
 * It ends nobody's process: what still holds on after the grace time is named, and the run goes back. A
 * process that opens something right after the look is not seen; the units that could start one are held.
 */
export const quiescedStep: StepKind<'posix.quiesced', QuiescedArgs, null, StepFailure> = {
  kind: 'posix.quiesced',
  volatile: true,
  describe: (args) => ({
    title: `see that nothing holds ${args.paths.join(', ')} open`,
    why: 'a process that still writes would go on writing into what is being moved',
  }),
  check: (args) =>
    findHolders(args.paths).map((holders): Check<null> =>
      holders.length === 0 ? { state: 'satisfied' } : { state: 'needed', before: null },
    ),
  apply: (args, _before, ctx) => new ResultAsync(waitUntilQuiet(args, ctx)),
  verify: () => okAsync(undefined),
  undo: () => okAsync(undefined),
};

async function waitUntilQuiet(args: QuiescedArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const deadline = Date.now() + args.graceSeconds * 1000;
  for (;;) {
    const holders = await findHolders(args.paths);
    if (holders.isErr()) return err(holders.error);
    if (holders.value.length === 0) return ok(undefined);
    if (Date.now() > deadline || ctx.signal.aborted) return err(stillHeld(holders.value));
    await sleep(100);
  }
}

function stillHeld(holders: readonly Holder[]): StepFailure {
  const shown = holders.slice(0, 5).map(({ pid, name, path }) => `pid ${pid} (${name}) has ${path}`);
  const more = holders.length > 5 ? ` and ${holders.length - 5} more` : '';
  const message = `the services are stopped, but the state is still in use: ${shown.join('; ')}${more}; end these processes and run again`;
  return { code: 'STATE_STILL_OPEN', message };
}
