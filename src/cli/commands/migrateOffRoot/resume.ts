import { migrationStatus, resumeMigration } from '../../../recipes/migrateOffRoot/index.js';
import { defineCommand } from '../../command.js';
import { progressOf } from '../../render/progressOf.js';
import { renderChecks } from '../../render/renderChecks.js';
import { renderFailure } from '../../render/renderFailure.js';
import { renderInterrupted } from '../../render/renderInterrupted.js';
import { renderRemaining } from '../../render/renderRemaining.js';
import { runExitCode } from '../../render/runExitCode.js';
import { VERIFY_OPTIONS } from './optionSpecs.js';
import { verificationOptions } from './options.js';

export const command = defineCommand({
  usage: ['[OPTION…] [--yes]'],
  options: [...VERIFY_OPTIONS, { name: 'yes', help: 'do not ask' }],
  operands: { min: 0, max: 0 },
  async run(context) {
    const { output } = context;
    const verification = verificationOptions(context);
    if (verification.isErr()) return context.fail(verification.error);
    const status = await migrationStatus();
    if (status.isErr()) return context.fail(status.error);
    if (status.value.state === 'interrupted' && !context.flag('yes')) {
      const { runId, direction } = status.value;
      const asked = await context.confirm(`Finish run ${runId} (${direction})?`, 'resume');
      if (asked.isErr()) return context.fail(asked.error);
    }
    const resumed = await resumeMigration({
      verification: verification.value,
      onEvent: progressOf(output),
      signal: context.interruption(),
    });
    if (resumed.isErr()) return context.fail(resumed.error);
    const report = resumed.value;
    output.record(report);
    renderChecks(output, report.verification);
    renderInterrupted(output, report);
    renderFailure(output, report);
    if (!report.failed && !report.interrupted) output.print('finished');
    if (report.rolledBack) output.warn('everything was undone; the host is as it was');
    renderRemaining(output, report);
    return runExitCode(report);
  },
});
