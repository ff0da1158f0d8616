import type { Result } from 'neverthrow';
import type { RunReport } from '../../../../recipes/engine/index.js';
import { migrationStatus } from '../../../../recipes/migrateOffRoot/index.js';
import type { MigrationReport } from '../../../../recipes/migrateOffRoot/index.js';
import type { CliError, CommandContext } from '../../../command.js';
import type { Output } from '../../../createOutput.js';
import { EXIT } from '../../../exitCodes.js';
import type { ExitCode } from '../../../exitCodes.js';
import { renderChecks } from '../../../render/renderChecks.js';
import { renderFailure } from '../../../render/renderFailure.js';
import { renderInterrupted } from '../../../render/renderInterrupted.js';
import { renderNotes } from '../../../render/renderNotes.js';
import { renderRemaining } from '../../../render/renderRemaining.js';
import { renderStanding } from '../../../render/renderStanding.js';
import { runExitCode } from '../../../render/runExitCode.js';
import type { MigrationReports } from './request.js';

/** Prints the report of a command that carried a run out, and returns the status to end with. */
export const TELL: {
  readonly [C in keyof MigrationReports]: (output: Output, report: MigrationReports[C]) => ExitCode | Promise<ExitCode>;
} = { apply: tellApplied, resume: tellResumed, rollback: tellRolledBack };

/** Shows how a request ended, with a report or an error, and returns the status to end with. */
export function tellEnd<C extends keyof MigrationReports>(
  { output, fail }: Pick<CommandContext, 'output' | 'fail'>,
  command: C,
  ended: Result<MigrationReports[C], CliError>,
): ExitCode | Promise<ExitCode> {
  return ended.isErr() ? fail(ended.error) : TELL[command](output, ended.value);
}

function tellApplied(output: Output, report: MigrationReport): ExitCode {
  output.record(report);
  if (output.json) return runExitCode(report);
  if (!report.changed && !report.failed && !report.interrupted) {
    output.print('already applied: nothing had to be changed');
    return EXIT.done;
  }
  renderChecks(output, report.verification);
  if (report.downtimeMs !== null) output.print(downtimeLine(report.downtimeMs));
  renderInterrupted(output, report);
  renderFailure(output, report);
  if (report.failed) renderNotes(output, report);
  if (report.failed && report.rolledBack) output.warn('everything was undone; the host is as it was');
  renderRemaining(output, report);
  if (!report.failed && !report.interrupted)
    output.print(`done in ${(report.durationMs / 1000).toFixed(1)} s; to undo: wca migrate-off-root rollback`);
  return runExitCode(report);
}

function tellResumed(output: Output, report: RunReport): ExitCode {
  output.record(report);
  renderChecks(output, report.verification);
  renderInterrupted(output, report);
  renderFailure(output, report);
  if (report.failed) renderNotes(output, report);
  if (!report.failed && !report.interrupted) output.print('finished');
  if (report.rolledBack) output.warn('everything was undone; the host is as it was');
  renderRemaining(output, report);
  return runExitCode(report);
}

async function tellRolledBack(output: Output, report: MigrationReports['rollback']): Promise<ExitCode> {
  output.record(report);
  renderNotes(output, report);
  renderRemaining(output, report);
  if (report.outcome !== 'rolled-back') return report.outcome === 'interrupted' ? EXIT.locked : EXIT.rollbackIncomplete;
  for (const { ok, detail } of report.agents) {
    if (ok) output.print(`${output.style('green', '✓')} ${detail}`);
    else output.warn(`${detail}; look at it with: wca doctor`);
  }
  if (report.downtimeMs !== null) output.print(downtimeLine(report.downtimeMs));
  output.print(report.changed ? `rolled back in ${(report.durationMs / 1000).toFixed(1)} s` : 'already rolled back');
  const status = await migrationStatus();
  if (status.isOk() && status.value.state !== 'none') renderStanding(output, status.value);
  return report.agents.every(({ ok }) => ok) ? EXIT.done : EXIT.no;
}

function downtimeLine(ms: number): string {
  return `downtime of the service: ${(ms / 1000).toFixed(2)} s`;
}
