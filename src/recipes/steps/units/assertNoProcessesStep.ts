import { ResultAsync, okAsync } from 'neverthrow';
import * as v from 'valibot';
import { defineStep } from '../../engine/index.js';
import { awaitNoProcesses, findProcesses, noProcessesArgs } from './awaitNoProcesses.js';

/**
 * Asserts that no process has anything open, mapped or as its working directory below these paths, and that none is
 * left in the cgroups of these units.
 *
 * It ends no process: what is still there after the grace time is named, and the run is rolled back. A process that opens
 * something right after the check is not seen; the units that could start one are masked.
 */
export const assertNoProcessesStep = defineStep({
  kind: 'posix.assertNoProcesses',
  args: noProcessesArgs,
  before: v.null(),
  volatile: true,
  describe: (args) => ({
    title: `Check that no process of ${args.units.join(', ')} is left and none uses ${args.paths.join(', ')}`,
    why: 'a process that still writes would go on writing into what is being moved',
    undo: 'Nothing to undo: the step only looked for processes',
  }),
  check: (args) =>
    new ResultAsync(findProcesses(args)).map((left) =>
      left.length === 0 ? { state: 'satisfied' } : { state: 'needed', before: null },
    ),
  apply: (args, _before, ctx) => new ResultAsync(awaitNoProcesses(args, ctx.signal, 'run again')),
  verify: () => okAsync(undefined),
  undo: () => okAsync(undefined),
});
