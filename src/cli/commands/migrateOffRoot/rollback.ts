import { migrationStatus, rollbackMigration } from '../../../recipes/migrateOffRoot/index.js';
import type { RunStatus } from '../../../recipes/engine/index.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import type { ExitCode } from '../../exitCodes.js';
import type { Output } from '../../createOutput.js';
import { progressOf } from '../../render/progressOf.js';
import { renderRemaining } from '../../render/renderRemaining.js';
import { renderStanding } from '../../render/renderStanding.js';
import { nextAct } from '../../renderError.js';

export const command = defineCommand({
  usage: ['[--run ID] [--dry-run] [--force] [--yes]'],
  options: [
    {
      name: 'run',
      value: 'ID',
      help: 'an earlier run whose later runs are rolled back (see status); default: the latest run',
    },
    { name: 'dry-run', help: 'print what would be undone and what is in the way; changes nothing' },
    { name: 'force', help: 'undo although something was edited since; the edit is kept among the records of the run' },
    { name: 'yes', help: 'do not ask' },
  ],
  operands: { min: 0, max: 0 },
  async run(context) {
    const { output } = context;
    const dryRun = context.flag('dry-run');
    const status = await migrationStatus();
    if (status.isErr()) return context.fail(status.error);
    const runId = context.value('run');
    const target = toUndo(status.value, runId);
    if (!dryRun && !context.flag('yes') && target !== null) {
      const asked = await context.confirm(`Undo run ${target.runId} of ${target.startedAt}?`, 'roll back');
      if (asked.isErr()) return context.fail(asked.error);
    }
    const back = await rollbackMigration({
      ...(runId === undefined ? {} : { runId }),
      dryRun,
      force: context.flag('force'),
      onEvent: progressOf(output),
      signal: context.interruption(),
    });
    if (back.isErr()) return context.fail(back.error);
    const report = back.value;
    output.record(report);
    if (dryRun) {
      output.print(`${report.toUndo.length} steps would be undone, in this order:`);
      for (const id of report.toUndo)
        output.print(`  ${id}  ${report.steps.find((step) => step.id === id)?.title ?? ''}`);
      for (const { stepId, error } of report.refusals) {
        output.print(`  in the way: ${stepId}: ${error.message}`);
        const next = nextAct(error);
        if (next !== undefined) output.print(`    next: ${next}`);
      }
      return report.refusals.length === 0 ? EXIT.done : EXIT.refused;
    }
    for (const step of report.steps) for (const note of step.notes ?? []) output.print(`note: ${note}`);
    renderRemaining(output, report);
    if (report.outcome === 'rolled-back')
      output.print(
        report.changed ? `rolled back in ${(report.durationMs / 1000).toFixed(1)} s` : 'already rolled back',
      );
    if (report.outcome === 'rolled-back') await tellStanding(output);
    return exitCodeOf(report.outcome);
  },
});

/** The run that would be undone, to be asked about; null where there is none. */
function toUndo(
  status: RunStatus,
  named: string | undefined,
): { readonly runId: string; readonly startedAt: string } | null {
  if (status.state === 'none') return null;
  if (named !== undefined && named === status.standing?.runId) return status.standing;
  return status.state === 'rolled-back' || (named !== undefined && named !== status.runId) ? null : status;
}

async function tellStanding(output: Output): Promise<void> {
  const status = await migrationStatus();
  if (status.isOk() && status.value.state !== 'none') renderStanding(output, status.value);
}

function exitCodeOf(outcome: string): ExitCode {
  if (outcome === 'rolled-back') return EXIT.done;
  return outcome === 'interrupted' ? EXIT.locked : EXIT.rollbackIncomplete;
}
