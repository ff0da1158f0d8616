import { okAsync } from 'neverthrow';
import { validateSudoers, validateSudoersWhole } from '../../kimaki/index.js';
import type { StepFailure, StepKind } from '../step.js';
import { putFileKind } from './putFile.js';
import type { PutFileArgs, PutFileBefore } from './putFile.js';

const file = putFileKind<StepFailure>({
  validators: { sudoers: validateSudoers, none: () => okAsync(undefined) },
});

/**
 * Installs a file of sudo rules: checked alone before it goes live, and with the whole policy afterwards.
 *
 * One bad file in sudoers.d makes sudo refuse everybody, the operator's own way back included, and an alias
 * defined twice shows only in the whole. A policy that no longer parses fails the step, and its undo removes
 * the file.
 */
export const sudoersStep: StepKind<'kimaki.sudoers', PutFileArgs, PutFileBefore, StepFailure> = {
  ...file,
  kind: 'kimaki.sudoers',
  verify: (args, ctx) => file.verify(args, ctx).andThen(() => validateSudoersWhole()),
};
