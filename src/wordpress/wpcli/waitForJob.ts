import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import { aborted, printableText, resultOf } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { finalJobStatus, listJobs } from './listJobs.js';
import type { Job } from './listJobs.js';
import type { Site } from '../site/index.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';

/** Which job to wait for, and how long. */
export interface WaitForJobOptions extends WpCliOptions {
  /** Name of the flow, as in `listFlows`. Default: any. */
  readonly flow?: string;
  /** The `source` of the job. Default: any. Data Machine has `pipeline` for runs by hand and by WP-Cron alike. */
  readonly source?: string;
  /** The job itself, as `runFlow` names it; what else is given then does not count. */
  readonly jobId?: number;
  /** The user of WordPress who lists the jobs, see `listJobs`. */
  readonly user?: string;
  /** Ids of the jobs that existed before; the job is a newer one. */
  readonly knownIds: readonly number[];
  /** The wait ends after this time. */
  readonly deadlineMs: number;
  /** Time between two listings. Default 2000. */
  readonly pollMs?: number;
  /** Called after every listing with the new jobs that have not ended, oldest first. What it throws is thrown on. */
  readonly onProgress?: (running: readonly Job[]) => void;
}

/** No new job ended in time. */
export interface JobTimeout {
  readonly code: 'JOB_TIMEOUT';
  readonly message: string;
  /** The flow of the request; null for any. */
  readonly flow: string | null;
  readonly deadlineMs: number;
  /** The newest new job as last seen; null when there was none. */
  readonly last: Job | null;
}

/**
 * Waits until a job that did not exist before has ended, with success or not, and gives that job.
 *
 * Jobs are compared by id, so clocks do not matter; of several new jobs the oldest counts. It lists the jobs again and
 * again and starts nothing: the job can come from WP-Cron or from `runFlow`. The caller judges its status
 * (`jobSucceeded`).
 *
 * Errors: `JOB_TIMEOUT`, `ABORTED`; those of `listJobs`.
 */
export function waitForJob(
  site: Pick<Site, 'path'>,
  identity: Identity,
  { flow, source, jobId, knownIds, deadlineMs, pollMs = 2000, onProgress, ...options }: WaitForJobOptions,
): ResultAsync<Job, JobTimeout | Aborted | WpCliError> {
  return resultOf(async function* () {
    // The list is limited: an old job can enter it again when newer ones are deleted, and is not new.
    const newest = Math.max(0, ...knownIds);
    const isNew = (job: Job): boolean =>
      job.id > newest && (flow === undefined || job.flow === flow) && (source === undefined || job.source === source);
    const sought = (job: Job): boolean => (jobId === undefined ? isNew(job) : job.id === jobId);
    const shown = flow === undefined ? 'any flow' : `flow "${printableText(flow)}"`;
    const end = performance.now() + deadlineMs;
    for (;;) {
      const jobs = yield* listJobs(site, identity, options);
      const fresh = jobs.filter(sought).sort((a, b) => a.id - b.id);
      const ended = fresh.find(({ status }) => finalJobStatus(status) !== undefined);
      if (ended !== undefined) return ok(ended);
      onProgress?.(fresh);
      const left = end - performance.now();
      if (left <= 0) {
        const last = fresh.at(-1) ?? null;
        const seen = last === null ? 'no new job appeared' : `job ${last.id} is still "${printableText(last.status)}"`;
        const message = `${shown}: ${seen} after ${Math.round(deadlineMs / 1000)} s; see wp datamachine jobs list`;
        return err({ code: 'JOB_TIMEOUT', message, flow: flow ?? null, deadlineMs, last });
      }
      yield* ResultAsync.fromPromise(sleep(Math.min(pollMs, left), undefined, options), () =>
        aborted(`waiting for a job of ${shown} was stopped on request`),
      );
    }
  });
}
