import { ResultAsync, okAsync } from 'neverthrow';
import type { Check, StepFailure, StepKind } from '../../engine/index.js';
import { awaitQuiet, stillThere } from './awaitQuiet.js';
import type { QuietArgs } from './awaitQuiet.js';

/**
 * Proves that no process has anything open, mapped or as its working directory below these paths, and that none is
 * left in the cgroups of these units.
 *
 * It ends nobody's process: what still holds on after the grace time is named, and the run goes back. A
 * process that opens something right after the look is not seen; the units that could start one are held.
 */
export const quiescedStep: StepKind<'posix.quiesced', QuietArgs, null, StepFailure> = {
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
  apply: (args, _before, ctx) => new ResultAsync(awaitQuiet(args, ctx.signal, 'run again')),
  verify: () => okAsync(undefined),
  undo: () => okAsync(undefined),
};
