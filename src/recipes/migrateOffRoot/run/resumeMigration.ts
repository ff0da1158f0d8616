import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { currentHost, isJsonObject, resumeRun, runStatus } from '../../engine/index.js';
import type { JournalError, OnRunEvent, ResumeRefusal, RunReport } from '../../engine/index.js';
import type { ReadFileError } from '../../../posix/files/index.js';
import { verifiedBy } from './applyMigration.js';
import type { MigrationOptions, VerificationOptions } from '../../host/index.js';
import { migrationRegistry } from '../plan/registry.js';

/** What {@link resumeMigration} needs. */
export interface ResumeMigrationRequest {
  readonly verification?: VerificationOptions;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  readonly onEvent?: OnRunEvent;
  readonly signal?: AbortSignal;
}

/** Why nothing was resumed; nothing was changed. */
export type ResumeMigrationError = ResumeRefusal | JournalError | ReadFileError;

/**
 * Finishes a migration that was interrupted, with the options it was begun with: forward, or back when it was on
 * its way back.
 *
 * The final verification runs as for `applyMigration`, and a failure takes everything back.
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
  const { verification = {}, stateDir, ...rest } = request;
  const where = stateDir === undefined ? {} : { stateDir };
  const status = await runStatus(where);
  if (status.isErr()) return err(status.error);
  const host = await currentHost();
  if (host.isErr()) return err(host.error);
  const options: MigrationOptions =
    status.value.state !== 'none' && isJsonObject(status.value.options) ? status.value.options : {};
  const resumed = await resumeRun({
    registry: migrationRegistry(),
    host: host.value,
    finalVerification: verifiedBy(options, verification),
    ...where,
    ...rest,
  });
  return resumed.isErr() ? err(resumed.error) : ok(resumed.value);
}
