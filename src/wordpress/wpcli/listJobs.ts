import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';
import { ID, wpCliJson } from './wpCliJson.js';

/** One Data Machine job as its command line lists it. */
export interface Job {
  readonly id: number;
  /** `pipeline` for the runs of flows, by hand or scheduled; `system` for Data Machine's own tasks. */
  readonly source: string;
  /** Name of the flow, or `Flow ID` when it has none. */
  readonly flow: string;
  /** With its reason, shortened: `failed - …`; take it apart with `finalJobStatus`. */
  readonly status: string;
  /** As the site writes dates. */
  readonly created: string;
  /** Null while it is not completed. */
  readonly completed: string | null;
}

/** Which jobs to list. */
export interface ListJobsOptions extends WpCliOptions {
  /** At most this many, newest first. Default 100. */
  readonly limit?: number;
}

/**
 * Lists the newest Data Machine jobs of a site (`wp datamachine jobs list --format=json`), checked field by field.
 *
 * An answer of another shape is `WP_OUTPUT` with the name of the field. It changes nothing.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, jobSucceeded, listJobs } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('opencode');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const jobs = await listJobs(site.value, identity.value);
 * if (jobs.isErr()) console.error(jobs.error.code, jobs.error.message);
 * else for (const job of jobs.value) console.log(job.id, job.flow, jobSucceeded(job.status));
 * ```
 */
export function listJobs(
  site: Pick<Site, 'root'>,
  identity: Identity,
  options: ListJobsOptions = {},
): ResultAsync<readonly Job[], WpCliError> {
  const { limit = 100, ...rest } = options;
  const args = ['datamachine', 'jobs', 'list', `--limit=${limit}`, '--format=json'];
  return wpCliJson(site, identity, args, JOB, rest).map((jobs) =>
    jobs.map((job) => ({ ...job, completed: job.completed === '-' || job.completed === '' ? null : job.completed })),
  );
}

const JOB = v.object({
  id: ID,
  source: v.string(),
  flow: v.string(),
  status: v.string(),
  created: v.string(),
  completed: v.nullable(v.string()),
});
