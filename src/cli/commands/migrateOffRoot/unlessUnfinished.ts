import { errAsync, okAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { migrationStatus } from '../../../recipes/migrateOffRoot/index.js';
import type { CliError } from '../../command.js';

/**
 * Plans unless a run is unfinished: units are then masked and the state is between two homes, so that a plan would be wrong.
 *
 * It looks before and, when planning failed, once more, since a run may have begun meanwhile and be the reason.
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
            message: `process ${runningPid} is carrying out run ${runId} right now`,
            remedy: remedy.inOrder(remedy.text('wait until it has ended'), remedy.recipe('migrateOffRoot', 'status')),
          };
        }
        const back = remedy.recipe('migrateOffRoot', 'rollback');
        const way =
          status.direction === 'forward' ? remedy.anyOf(remedy.recipe('migrateOffRoot', 'resume'), back) : back;
        return { code: 'INTERRUPTED_RUN', message: `run ${runId}, begun ${startedAt}, is interrupted`, remedy: way };
      })
      // An account that may not read the journal gets that error from the plan; a damaged journal may hide an unfinished run.
      .orElse((error) => okAsync<CliError | null>(error.code === 'IO' ? null : error))
      .andThen((error) => (error === null ? okAsync(undefined) : errAsync(error)))
  );
}
