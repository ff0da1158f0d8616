import { okAsync } from 'neverthrow';
import { validateSudoers, validateSudoersWhole } from '../../../kimaki/dispatch/index.js';
import { defineStep } from '../../engine/index.js';
import { putFileDefinition } from './putFileStep.js';

const file = putFileDefinition({ sudoers: validateSudoers });

/**
 * Installs a file of sudo rules: checked alone before it goes live, and the whole policy before and afterwards.
 *
 * One bad file in sudoers.d makes sudo refuse everybody, the operator included, and an alias that is defined twice shows
 * only in the whole policy. Where the policy does not parse before, nothing is written: the operator must repair it first.
 * Where it no longer parses afterwards, the step fails, and its undo removes the file.
 */
export const sudoersStep = defineStep({
  ...file,
  kind: 'kimaki.sudoers',
  check: (args) =>
    file
      .check(args)
      .andThen((found) => (found.state === 'satisfied' ? okAsync(found) : validateSudoersWhole().map(() => found))),
  apply: (args, before, ctx) => validateSudoersWhole().andThen(() => file.apply(args, before, ctx)),
  verify: (args, ctx) => file.verify(args, ctx).andThen(() => validateSudoersWhole()),
});
