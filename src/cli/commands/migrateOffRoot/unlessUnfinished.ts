import { errAsync, okAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { migrationStatus } from '../../../recipes/migrateOffRoot/index.js';
import type { CliError } from '../../command.js';

/**
 * Plans unless a run is unfinished: the host is then neither as it was nor as it will be, its units masked and its state
 * between two homes, and what a plan says of it would lead astray.
 *
 * Looks before and, when planning failed, once more: the run may have begun meanwhile and be the reason.
 */
export function unlessUnfinished<T>(plan: () => ResultAsync<T, CliError>): ResultAsync<T, CliError> {
  return finished()
    .andThen(plan)
    .orElse((error) => finished().andThen(() => errAsync(error)));
}

function finished(): ResultAsync<void, CliError> {
  return (
    migrationStatus()
      .map((status): CliError | null => {
        if (status.state !== 'interrupted') return null;
        const { runId, runningPid, startedAt } = status;
        if (runningPid !== null) {
          return {
            code: 'LOCKED',
            message: `process ${runningPid} is carrying out run ${runId} right now; wait for it, and see: wca migrate-off-root status`,
          };
        }
        const way =
          status.direction === 'forward'
            ? 'finish it with: wca migrate-off-root resume, or go back with: wca migrate-off-root rollback'
            : 'go on with: wca migrate-off-root rollback';
        return { code: 'INTERRUPTED_RUN', message: `run ${runId}, begun ${startedAt}, is interrupted; ${way}` };
      })
      // Who may not read the journal hears so from what comes next; behind a damaged one may be an unfinished run.
      .orElse((error) => okAsync<CliError | null>(error.code === 'IO' ? null : error))
      .andThen((error) => (error === null ? okAsync(undefined) : errAsync(error)))
  );
}
