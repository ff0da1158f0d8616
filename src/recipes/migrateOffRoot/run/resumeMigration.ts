import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { currentHost, readData, resumeRun } from '../../engine/index.js';
import type { JournalError, OnRunEvent, ResumeRefusal, RunReport } from '../../engine/index.js';
import type { ReadFileError } from '../../../posix/files/index.js';
import { verifiedBy } from './applyMigration.js';
import { migrationOptions } from '../../host/index.js';
import type { VerificationOptions } from '../../host/index.js';
import { stepRegistry } from '../../steps/index.js';
import { RECIPE } from '../plan/planMigration.js';
import { migrationStatus } from './migrationStatus.js';

/** What {@link resumeMigration} needs. @inline */
export interface ResumeMigrationRequest {
  readonly verification?: VerificationOptions;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  readonly onEvent?: OnRunEvent;
  /** As for `applyMigration`. */
  readonly signal?: AbortSignal;
  /** As for `applyMigration`. */
  readonly undo?: AbortSignal;
}

/** Why nothing was resumed; nothing was changed. */
export type ResumeMigrationError = ResumeRefusal | JournalError | ReadFileError;

/**
 * Finishes a migration that was interrupted, with the options it was begun with: it applies the rest, or undoes the rest
 * if it was being rolled back.
 *
 * The final verification runs as for `applyMigration`, and a failure undoes everything.
 *
 * Errors: `NO_RUN` when nothing waits, `LOCKED`, and those of an untrusted or damaged journal.
 *
 * @example
 * ```ts
 * import { resumeMigration } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * const done = await resumeMigration({});
 * if (done.isErr()) console.error(done.error.code, done.error.message);
 * else console.log(done.value.failed, done.value.rolledBack);
 * ```
 */
export function resumeMigration(request: ResumeMigrationRequest): ResultAsync<RunReport, ResumeMigrationError> {
  return new ResultAsync(resume(request));
}

async function resume(request: ResumeMigrationRequest): Promise<Result<RunReport, ResumeMigrationError>> {
  const { verification = {}, ...rest } = request;
  const status = await migrationStatus(rest);
  if (status.isErr()) return err(status.error);
  const host = await currentHost();
  if (host.isErr()) return err(host.error);
  const options = status.value.state === 'none' ? {} : readData(migrationOptions, status.value.options).unwrapOr({});
  const resumed = await resumeRun({
    ...rest,
    recipe: RECIPE,
    registry: stepRegistry(),
    host: host.value,
    finalVerification: verifiedBy(options, verification),
  });
  return resumed.isErr() ? err(resumed.error) : ok(resumed.value);
}
