import { migrationStatus } from '../../../recipes/migrateOffRoot/index.js';
import { defineCommand } from '../../command.js';
import { FOREGROUND, RUN_NOTES, carriedOut } from './runs/carriedOut.js';
import { VERIFY_OPTIONS, YES } from './optionSpecs.js';
import { verificationOptions } from './options.js';
import { tellEnd } from './runs/tell.js';

export const command = defineCommand({
  usage: ['[OPTION…] [--foreground] [--yes]'],
  options: [...VERIFY_OPTIONS, FOREGROUND, YES],
  operands: { min: 0, max: 0 },
  notes: RUN_NOTES,
  async run(context) {
    const verification = verificationOptions(context);
    if (verification.isErr()) return context.fail(verification.error);
    const status = await migrationStatus();
    if (status.isErr()) return context.fail(status.error);
    if (status.value.state === 'interrupted' && !context.flag('yes')) {
      const { runId, direction } = status.value;
      const asked = await context.confirm(`Finish run ${runId} (${direction})?`, 'resume');
      if (asked.isErr()) return context.fail(asked.error);
    }
    const report = await carriedOut(context, { command: 'resume', verification: verification.value });
    return tellEnd(context, 'resume', report);
  },
});
