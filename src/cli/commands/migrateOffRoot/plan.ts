import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { replaceFile } from '../../../posix/files/index.js';
import { printableJson, printablePath } from '../../../posix/paths/index.js';
import { planMigration } from '../../../recipes/migrateOffRoot/index.js';
import { defineCommand } from '../../command.js';
import type { CliError } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import { PLAN_OPTIONS } from './optionSpecs.js';
import { migrationOptions } from './options.js';
import { DETAILS, applyCommand, showPlan } from './showPlan.js';
import { unlessUnfinished } from './unlessUnfinished.js';

export const command = defineCommand({
  usage: ['[OPTION…]'],
  options: [
    ...PLAN_OPTIONS,
    { name: 'out', value: 'FILE', help: 'save the plan there, to review it and apply it later' },
    DETAILS,
    { name: 'detailed-exitcode', help: 'exit 2 when there is something to do' },
  ],
  operands: { min: 0, max: 0 },
  async run(context) {
    const options = migrationOptions(context);
    if (options.isErr()) return context.fail(options.error);
    const out = context.path('out');
    if (out.isErr()) return context.fail(out.error);
    const place = await placeFor(out.value);
    if (place.isErr()) return context.fail(place.error);
    const plan = await unlessUnfinished(() => planMigration(options.value));
    if (plan.isErr()) return context.fail(plan.error);
    if (out.value !== undefined) {
      // A plan shows diffs of units; nobody else needs to read them.
      const saved = await replaceFile(out.value, `${printableJson(plan.value, 2)}\n`, { mode: 0o600 });
      if (saved.isErr()) return context.fail(saved.error);
    }
    const { output } = context;
    if (output.json) output.record(plan.value);
    else showPlan(context, plan.value, applyCommand(context, out.value));
    if (out.value !== undefined) output.log(`plan saved in ${out.value}`);
    return plan.value.changed && context.flag('detailed-exitcode') ? EXIT.changes : EXIT.done;
  },
});

/** Looked at before the host is observed, which takes its time. */
async function placeFor(out: string | undefined): Promise<Result<void, CliError>> {
  if (out === undefined) return ok(undefined);
  const directory = dirname(out);
  const found = await stat(directory).catch(() => null);
  if (found?.isDirectory() === true) return ok(undefined);
  const message = `${printablePath(out)} cannot be written: ${printablePath(directory)} is not a directory`;
  return err({ code: 'NOT_FOUND', message, remedy: remedy.text('make the directory, or name another with --out') });
}
