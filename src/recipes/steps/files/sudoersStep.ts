import { okAsync } from 'neverthrow';
import { validateSudoers, validateSudoersWhole } from '../../../kimaki/dispatch/index.js';
import type { StepFailure, StepKind } from '../../engine/index.js';
import { putFileKind } from './putFile.js';
import type { PutFileArgs, PutFileBefore } from './putFile.js';

const file = putFileKind<StepFailure>({
  validators: { sudoers: validateSudoers, none: () => okAsync(undefined) },
});

/**
 * Installs a file of sudo rules: checked alone before it goes live, and the whole policy before and afterwards.
 *
 * One bad file in sudoers.d makes sudo refuse everybody, the operator's own way back included, and an alias
 * defined twice shows only in the whole. A policy that does not parse to begin with is the operator's to repair: nothing is
 * written. One that no longer parses fails the step, and its undo removes the file.
 */
export const sudoersStep: StepKind<'kimaki.sudoers', PutFileArgs, PutFileBefore, StepFailure> = {
  ...file,
  kind: 'kimaki.sudoers',
  check: (args) =>
    file
      .check(args)
      .andThen((found) => (found.state === 'satisfied' ? okAsync(found) : validateSudoersWhole().map(() => found))),
  apply: (args, before, ctx) => validateSudoersWhole().andThen(() => file.apply(args, before, ctx)),
  verify: (args, ctx) => file.verify(args, ctx).andThen(() => validateSudoersWhole()),
};
