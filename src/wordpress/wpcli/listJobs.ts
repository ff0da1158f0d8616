import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';
import { ID, wpCliJson } from './wpCliJson.js';

/** One Data Machine job as its command line lists it. */
export interface Job {
  readonly id: number;
  /** `pipeline` for the run of a flow, by hand or scheduled; `system` for a task of Data Machine itself. */
  readonly source: string;
  /** Name of the flow, or `Flow ID` when it has none. */
  readonly flow: string;
  /** With its reason, shortened: `failed - …`; `jobSucceeded` judges it. */
  readonly status: string;
  /** In the date format of the site. */
  readonly created: string;
  /** Null while it is not completed. */
  readonly completed: string | null;
}

/**
 * Lists the newest Data Machine jobs of a site (`wp datamachine jobs list --format=json`). It changes nothing.
 *
 * Since 0.165.1 Data Machine answers only to a user of WordPress: to an administrator with every job, to another with
 * that user's own, so that a short list then shows nothing.
 *
 * Errors: `WP_FAILED`, also where Data Machine wants a user; `WP_OUTPUT` with the field that does not fit; those of `wpCli`.
 *
 * @param options - `user`: id, login or e-mail of that user, see `findAdministrator`; `limit`: the number of jobs, newest
 *   first: 100, which is also the most that Data Machine gives
 *
 * Source: Extra-Chill/data-machine inc/Cli/Commands/JobsCommand.php, inc/Abilities/Job/JobHelpers.php
 */
export function listJobs(
  site: Pick<Site, 'path'>,
  identity: Identity,
  options: WpCliOptions & { readonly limit?: number; readonly user?: string } = {},
): ResultAsync<readonly Job[], WpCliError> {
  const { limit = 100, user, ...rest } = options;
  // Without the fields a job is about 130 lines long.
  const fields = '--fields=id,source,flow,status,created,completed';
  const acting = user === undefined ? [] : [`--user=${user}`];
  const args = ['datamachine', 'jobs', 'list', `--limit=${limit}`, fields, '--format=json', ...acting];
  return wpCliJson(site, identity, args, JOB, rest).map((jobs) =>
    jobs.map((job) => ({ ...job, completed: job.completed === '-' || job.completed === '' ? null : job.completed })),
  );
}

const JOB = v.object({
  id: ID,
  source: v.nullish(v.string(), 'pipeline'),
  flow: v.nullish(v.string(), ''),
  status: v.string(),
  created: v.string(),
  completed: v.nullable(v.string()),
});

/** The statuses of a job that has ended. */
type FinalJobStatus = 'completed' | 'failed' | 'cancelled' | 'completed_no_items' | 'agent_skipped';

const FINAL: readonly FinalJobStatus[] = ['completed', 'failed', 'cancelled', 'completed_no_items', 'agent_skipped'];

/**
 * The final status of a job; undefined while the job has not ended. A reason after the status (`failed - timeout`,
 * `failed: timeout`) is ignored; pure.
 */
export function finalJobStatus(status: string): FinalJobStatus | undefined {
  const ends = (final: string): boolean =>
    status === final || status.startsWith(`${final} - `) || status.startsWith(`${final}:`);
  return FINAL.find(ends);
}

/**
 * Whether the status of a job is a success: completed, completed with nothing to do, or skipped by the agent. False
 * for a job that has not ended; pure.
 */
export function jobSucceeded(status: string): boolean {
  const final = finalJobStatus(status);
  return final === 'completed' || final === 'completed_no_items' || final === 'agent_skipped';
}
