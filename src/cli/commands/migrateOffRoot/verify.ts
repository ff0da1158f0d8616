import { verifyMigration } from '../../../recipes/migrateOffRoot/index.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import { renderChecks } from '../../render/renderChecks.js';
import { PLAN_OPTIONS, VERIFY_OPTIONS } from './optionSpecs.js';
import { migrationOptions, verificationOptions } from './options.js';

export const command = defineCommand({
  usage: ['[OPTION…]'],
  options: [...PLAN_OPTIONS, ...VERIFY_OPTIONS],
  operands: { min: 0, max: 0 },
  notes: ['It does nothing that others would notice, unless one of the last four options asks for it.'],
  async run(context) {
    const options = migrationOptions(context);
    if (options.isErr()) return context.fail(options.error);
    const verification = verificationOptions(context);
    if (verification.isErr()) return context.fail(verification.error);
    const report = await verifyMigration(options.value, verification.value);
    if (report.isErr()) return context.fail(report.error);
    const { output } = context;
    output.record(report.value);
    renderChecks(output, report.value);
    return report.value.ok ? EXIT.done : EXIT.no;
  },
});
