import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { Identity } from '../../posix/accounts/index.js';
import { aborted } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import { finalJobStatus } from './jobStatus.js';
import type { FinalJobStatus } from './jobStatus.js';
import { listJobs } from './listJobs.js';
import type { Job } from './listJobs.js';
import type { Site } from '../site/index.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';

/** Which job is waited for, and how long. */
export interface WaitForJobRequest extends WpCliOptions {
  /** Name of the flow, as `listFlows` gives it. Default: any. */
  readonly flow?: string;
  /** What `source` the job has. Default: any. Data Machine says `pipeline` for runs by hand and by WP-Cron alike. */
  readonly source?: string;
  /** Ids of jobs that were there before; the job waited for is another one. */
  readonly knownIds: readonly number[];
  /** Milliseconds from now. */
  readonly deadlineMs: number;
  /** Milliseconds between two looks. Default 2000. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/** A job that has ended. */
export interface FinishedJob {
  readonly job: Job;
  readonly status: FinalJobStatus;
}

/** No new job came to an end in time, the wait was broken off, or WP-CLI failed. */
export type WaitForJobError =
  | {
      readonly code: 'JOB_TIMEOUT';
      readonly message: string;
      /** The flow that was asked for, or null for any. */
      readonly flow: string | null;
      readonly deadlineMs: number;
      /** The new job as last seen, or null when none appeared. */
      readonly last: Job | null;
    }
  | Aborted
  | WpCliError;

/**
 * Waits until there is a job that was not there before and that has come to an end, good or bad.
 *
 * Jobs are told apart by id, so clocks do not matter; of several new ones the oldest counts. It only looks, it fires
 * nothing: whether the job came from WP-Cron or from `runFlow` is up to what was done before. Succeeding is for the
 * caller to judge (`jobSucceeded`).
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, jobSucceeded, listJobs, runFlow, waitForJob } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('opencode');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const before = await listJobs(site.value, identity.value);
 * const fired = await runFlow(site.value, identity.value, 42);
 * if (before.isErr() || fired.isErr()) throw new Error('the flow could not be fired');
 * const knownIds = before.value.map(({ id }) => id);
 * const request = { flow: 'EC Agent Progress Ping', knownIds, deadlineMs: 60_000 };
 * const done = await waitForJob(site.value, identity.value, request);
 * if (done.isErr()) console.error(done.error.code, done.error.message);
 * else console.log(done.value.status, jobSucceeded(done.value.status));
 * ```
 */
export function waitForJob(
  site: Pick<Site, 'root'>,
  identity: Identity,
  request: WaitForJobRequest,
): ResultAsync<FinishedJob, WaitForJobError> {
  return new ResultAsync(wait(site, identity, request));
}

async function wait(
  site: Pick<Site, 'root'>,
  identity: Identity,
  { flow, source, knownIds, deadlineMs, pollMs = 2000, signal, ...options }: WaitForJobRequest,
): Promise<Result<FinishedJob, WaitForJobError>> {
  // A list is cut off at its end: an old job that comes back into it, because newer ones were deleted, is not new.
  const newest = Math.max(0, ...knownIds);
  const sought = (job: Job): boolean =>
    job.id > newest && (flow === undefined || job.flow === flow) && (source === undefined || job.source === source);
  const shown = flow === undefined ? 'any flow' : `flow "${flow}"`;
  const end = performance.now() + deadlineMs;
  for (;;) {
    const jobs = await listJobs(site, identity, options);
    if (jobs.isErr()) return err(jobs.error);
    const fresh = jobs.value.filter(sought).sort((a, b) => a.id - b.id);
    for (const job of fresh) {
      const status = finalJobStatus(job.status);
      if (status !== null) return ok({ job, status });
    }
    const left = end - performance.now();
    if (left <= 0) {
      const last = fresh.at(-1) ?? null;
      const seen = last === null ? 'no new job appeared' : `job ${last.id} is still "${last.status}"`;
      const message = `${shown}: ${seen} after ${Math.round(deadlineMs / 1000)} s; see wp datamachine jobs list`;
      return err({ code: 'JOB_TIMEOUT', message, flow: flow ?? null, deadlineMs, last });
    }
    const slept = await ResultAsync.fromPromise(
      sleep(Math.min(pollMs, left), undefined, signal === undefined ? {} : { signal }),
      (): WaitForJobError => aborted(`waiting for a job of ${shown} was stopped on request`),
    );
    if (slept.isErr()) return err(slept.error);
  }
}
