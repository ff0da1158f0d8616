import { errAsync } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import { checkTrustedPath } from '../../../posix/handles/index.js';
import { readRegularFile } from '../../../posix/files/index.js';
import { planMigration, refreshPlan } from '../../../recipes/migrateOffRoot/index.js';
import type { MigrationOptions } from '../../../recipes/host/index.js';
import { stepRegistry } from '../../../recipes/steps/index.js';
import { parsePlan } from '../../../recipes/engine/index.js';
import type { Plan } from '../../../recipes/engine/index.js';
import { defineCommand } from '../../command.js';
import type { CliError } from '../../command.js';
import { usageError } from '../../parseArguments.js';
import { FOREGROUND, RUN_NOTES, carriedOut } from './runs/carriedOut.js';
import { PLAN_OPTIONS, VERIFY_OPTIONS, YES } from './optionSpecs.js';
import { migrationOptions, verificationOptions } from './options.js';
import { carryOut } from './runs/request.js';
import { tellEnd } from './runs/tell.js';
import { DETAILS, questionOf, showPlan } from './showPlan.js';
import { unlessUnfinished } from './unlessUnfinished.js';

const MAX_PLAN_BYTES = 32 * 1024 * 1024;

export const command = defineCommand({
  usage: ['[PLAN.json | OPTION…] [--foreground] [--yes]'],
  options: [...PLAN_OPTIONS, ...VERIFY_OPTIONS, DETAILS, FOREGROUND, YES],
  operands: { min: 0, max: 1 },
  notes: [
    'A saved plan is compared with the host as it is now, and refused (78) when it no longer fits.',
    ...RUN_NOTES,
  ],
  async run(context) {
    const verification = verificationOptions(context);
    if (verification.isErr()) return context.fail(verification.error);
    const given = migrationOptions(context);
    if (given.isErr()) return context.fail(given.error);
    const found = await unlessUnfinished(() => planFor(context.operands[0], given.value));
    if (found.isErr()) return context.fail(found.error);
    const plan = found.value;
    if (plan.changed) {
      showPlan(context, plan, null);
      if (!context.flag('yes')) {
        const asked = await context.confirm(questionOf(plan), 'carry the plan out');
        if (asked.isErr()) return context.fail(asked.error);
      }
    }
    const request = { command: 'apply', plan, verification: verification.value } as const;
    // Where nothing has to be done, there is nothing that could be interrupted.
    const report = plan.changed ? await carriedOut(context, request) : await carryOut(request, QUIET);
    return tellEnd(context, 'apply', report);
  },
});

const QUIET = { onEvent: () => undefined, signal: new AbortController().signal, undo: new AbortController().signal };

function planFor(file: string | undefined, options: MigrationOptions): ResultAsync<Plan, CliError> {
  if (file === undefined) return planMigration(options);
  if (Object.keys(options).length > 0)
    return errAsync(usageError('a saved plan contains its options; give either the plan or options'));
  if (!file.startsWith('/'))
    return errAsync(usageError(`PLAN.json must be an absolute path, found ${file.slice(0, 80)}`));
  // The options in it are used, and its digest is no signature: only root may be able to write it.
  return readRegularFile(file, { maxBytes: MAX_PLAN_BYTES })
    .mapErr((error): CliError => error)
    .andThrough(() => checkTrustedPath(file).mapErr((error): CliError => error))
    .andThen(({ bytes }): Result<Plan, CliError> => parsePlan(bytes.toString('utf8'), stepRegistry()))
    .andThen((saved): ResultAsync<Plan, CliError> => refreshPlan(saved));
}
