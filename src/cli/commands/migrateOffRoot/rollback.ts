import type { Result } from 'neverthrow';
import { migrationStatus, rollbackMigration } from '../../../recipes/migrateOffRoot/index.js';
import type { RollbackReport, RunDetails, RunStatus } from '../../../recipes/engine/index.js';
import { defineCommand } from '../../command.js';
import type { CliError, CommandContext } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import type { ExitCode } from '../../exitCodes.js';
import { stepsLeft } from '../../render/renderStatus.js';
import { nextAct } from '../../renderError.js';
import { YES } from './optionSpecs.js';
import { FOREGROUND, RUN_NOTES, carriedOut } from './runs/carriedOut.js';
import { tellEnd } from './runs/tell.js';

export const command = defineCommand({
  usage: ['[--run ID] [--dry-run] [--force] [--accept-changed-programs] [--foreground] [--yes]'],
  options: [
    {
      name: 'run',
      value: 'ID',
      help: 'an earlier run whose later runs are rolled back (see status); default: the latest run',
    },
    { name: 'dry-run', help: 'print what would be undone and what is in the way; changes nothing' },
    { name: 'force', help: 'undo although something was edited since; the edit is kept among the records of the run' },
    {
      name: 'accept-changed-programs',
      help: 'undo although programs that root runs afterwards were changed since the run; they stay as they are',
    },
    FOREGROUND,
    YES,
  ],
  operands: { min: 0, max: 0 },
  notes: RUN_NOTES,
  async run(context) {
    const dryRun = context.flag('dry-run');
    const status = await migrationStatus();
    if (status.isErr()) return context.fail(status.error);
    const runId = context.value('run');
    const target = toUndo(status.value, runId);
    if (!dryRun && !context.flag('yes') && target !== null) {
      const asked = await context.confirm(questionOf(target), 'roll back');
      if (asked.isErr()) return context.fail(asked.error);
    }
    const request = {
      ...(runId === undefined ? {} : { runId }),
      force: context.flag('force'),
      acceptChangedPrograms: context.flag('accept-changed-programs'),
    };
    if (dryRun) return tellDryRun(context, await rollbackMigration({ ...request, dryRun }));
    return tellEnd(context, 'rollback', await carriedOut(context, { command: 'rollback', ...request }));
  },
});

function tellDryRun(
  { output, fail }: Pick<CommandContext, 'output' | 'fail'>,
  back: Result<RollbackReport, CliError>,
): ExitCode {
  if (back.isErr()) return fail(back.error);
  const report = back.value;
  output.record(report);
  output.print(`${report.toUndo.length} steps would be undone, in this order:`);
  for (const id of report.toUndo) output.print(`  ${id}  ${report.steps.find((step) => step.id === id)?.undo ?? ''}`);
  for (const { stepId, error } of report.refusals) {
    output.print(`  in the way: ${stepId}: ${error.message}`);
    const next = nextAct(error);
    if (next !== undefined) output.print(`    next: ${next}`);
  }
  for (const note of report.notes) output.print(`  note: ${note}`);
  return report.refusals.length === 0 ? EXIT.done : EXIT.refused;
}

/** What is asked about before a rollback. */
type Target = Pick<RunDetails, 'runId' | 'startedAt'> & Partial<Pick<RunDetails, 'steps'>>;

/** The run that would be undone; null where there is none. */
function toUndo(status: RunStatus, named: string | undefined): Target | null {
  if (status.state === 'none') return null;
  if (named !== undefined && named === status.standing?.runId) return status.standing;
  return status.state === 'rolled-back' || (named !== undefined && named !== status.runId) ? null : status;
}

function questionOf({ runId, startedAt, steps = [] }: Target): string {
  const left = stepsLeft(steps, 'back');
  const count = left.length === 0 ? '' : `, ${left.length} steps`;
  const isDown = left.some(({ phase }) => phase === 'window');
  return `Undo run ${runId} of ${startedAt}${count}${isDown ? '; the agent is stopped meanwhile, and starts again as before' : ''}?`;
}
