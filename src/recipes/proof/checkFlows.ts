import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../posix/findings/index.js';
import type { Remedy } from '../../posix/findings/index.js';
import {
  drainJob,
  findAdministrator,
  jobSucceeded,
  listFlows,
  listJobs,
  runFlow,
  waitForJob,
} from '../../wordpress/wpcli/index.js';
import type { Flow, Job, WpCliOptions } from '../../wordpress/wpcli/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck, Verdicts } from './check.js';
import type { Subject } from './subject.js';

/** How long a job may take from its start to a final status. */
const JOB_DEADLINE_MS = 120_000;
/** How long a step of a job may go on that was begun within the deadline. */
const STEP_DEADLINE_MS = 600_000;
/** Milliseconds between two looks at the jobs. */
const POLL_MS = 500;

/** Point 2: the flow completes when it is run by hand, and when WP-Cron runs it. Others notice, so only when asked for. */
export async function checkFlows(subject: Subject, wp: WpCliOptions = {}): Promise<readonly AcceptanceCheck[]> {
  return [await byHand(subject, wp), await scheduled(subject, wp)];
}

async function byHand({ site, service, options }: Subject, wp: WpCliOptions): Promise<AcceptanceCheck> {
  const verdicts = verdictsOf('flow-by-hand', 2, site.path);
  const { passed, failed, unchecked } = verdicts;
  if (options.flow === undefined) return unchecked('no flow was run, as none was named', remedy.option('flow'));
  const flows = await listFlows(site, service, wp);
  if (flows.isErr()) return failed(flows.error.message);
  const flow = flows.value.find(({ name }) => name === options.flow);
  if (flow === undefined) {
    const names = flows.value.map(({ name }) => `"${name}"`).join(', ');
    return failed(`there is no flow "${options.flow}"; the flows are ${names}`, remedy.option('flow'));
  }
  const before = await jobsBefore({ site, service, options }, wp, verdicts);
  if (before.isErr()) return before.error;
  const { user, knownIds } = before.value;
  const run = (known: readonly number[]): Promise<Result<Job, string>> =>
    runByHand({ site, service, flow, user, knownIds: known }, wp);
  const first = await run(knownIds);
  // A worker that takes the job while it is queued ends with its unit, and so does the sender that it has left running
  // (KillMode=control-group): such a job fails whoever runs the agent. So a failed one is run once more.
  const hasFailed = first.isOk() && !jobSucceeded(first.value.status);
  const job = hasFailed ? await run([...knownIds, first.value.id]) : first;
  if (job.isErr()) return failed(job.error);
  const earlier = hasFailed ? ` (before it job ${first.value.id} ${first.value.status})` : '';
  const told = `"${flow.name}", run as ${service.user.name}: job ${job.value.id} ${job.value.status}${earlier}`;
  return jobSucceeded(job.value.status) ? passed(told) : failed(told, showJob(site.path, user, job.value.id));
}

/** Queues a flow, has the agent carry out that job, and waits for its end. The error is a text. */
async function runByHand(
  {
    site,
    service,
    flow,
    user,
    knownIds,
  }: Pick<Subject, 'site' | 'service'> & {
    readonly flow: Flow;
    readonly user: string;
    readonly knownIds: readonly number[];
  },
  wp: WpCliOptions,
): Promise<Result<Job, string>> {
  const started = await runFlow(site, service, flow.id, wp);
  if (started.isErr()) return err(started.error.message);
  const { jobId } = started.value;
  // Where this fails, the queue carries it out within a minute, if visitors or a timer run WP-Cron.
  const limits = { timeLimitMs: JOB_DEADLINE_MS, timeoutMs: STEP_DEADLINE_MS };
  const drained = jobId === null ? ok(undefined) : await drainJob(site, service, jobId, { ...wp, ...limits });
  const job = await waitForJob(site, service, {
    ...wp,
    ...(jobId === null ? { flow: flow.name } : { jobId }),
    user,
    knownIds,
    deadlineMs: JOB_DEADLINE_MS,
    pollMs: POLL_MS,
  });
  return job.mapErr(({ message }) => (drained.isErr() ? `${message}; ${drained.error.message}` : message));
}

async function scheduled({ site, service, options }: Subject, wp: WpCliOptions): Promise<AcceptanceCheck> {
  const verdicts = verdictsOf('flow-scheduled', 2, site.path);
  const { passed, failed, unchecked } = verdicts;
  if (options.waitScheduled === undefined || options.flow === undefined) {
    const way = remedy.inOrder(remedy.option('flow'), remedy.option('waitScheduled'));
    return unchecked('no scheduled run was waited for, as no flow or no time was given', way);
  }
  const before = await jobsBefore({ site, service, options }, wp, verdicts);
  if (before.isErr()) return before.error;
  const job = await waitForJob(site, service, {
    ...wp,
    ...before.value,
    flow: options.flow,
    deadlineMs: options.waitScheduled * 1000,
    pollMs: POLL_MS,
  });
  if (job.isErr()) return failed(job.error.message);
  const told = `"${job.value.flow}", run by WP-Cron: job ${job.value.id} ${job.value.status}`;
  const { user } = before.value;
  return jobSucceeded(job.value.status) ? passed(told) : failed(told, showJob(site.path, user, job.value.id));
}

/** Not every version of Data Machine lists the reason beside the status. */
function showJob(path: string, user: string, id: number): Remedy {
  return remedy.command('wp', `--path=${path}`, `--user=${user}`, 'datamachine', 'jobs', 'show', String(id));
}

/**
 * The user who lists the jobs, and the jobs that there are before anything is run. Where no user may list them, the check is
 * left out: nothing is run whose end could not be seen.
 */
async function jobsBefore(
  { site, service, options }: Pick<Subject, 'site' | 'service' | 'options'>,
  wp: WpCliOptions,
  { failed, unchecked }: Verdicts,
): Promise<Result<{ readonly user: string; readonly knownIds: readonly number[] }, AcceptanceCheck>> {
  const found = options.wpUser === undefined ? await findAdministrator(site, service, wp) : ok(options.wpUser);
  const way = remedy.option('wpUser');
  if (found.isErr()) return err(failed(found.error.message));
  const user = found.value;
  if (user === undefined) {
    return err(unchecked(`${site.path} has no administrator, and Data Machine lists its jobs to one only`, way));
  }
  const jobs = await listJobs(site, service, { ...wp, user });
  if (jobs.isOk()) return ok({ user, knownIds: jobs.value.map(({ id }) => id) });
  const { code, message } = jobs.error;
  return err(
    code === 'WP_FAILED' ? unchecked(`the jobs could not be listed as user ${user}: ${message}`, way) : failed(message),
  );
}
