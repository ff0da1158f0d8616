import { jobSucceeded, listFlows, listJobs, runFlow, waitForJob } from '../../wordpress/wpcli/index.js';
import { failed, passed, unchecked } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** How long a job may take from its start to a final status. */
const JOB_DEADLINE_MS = 120_000;
/** Milliseconds between two looks at the jobs. */
const POLL_MS = 500;

/** Point 2: the flow completes when fired by hand, and when WP-Cron fires it. Others notice, so only when asked for. */
export async function checkFlows(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await byHand(subject), await scheduled(subject)];
}

async function byHand({ site, service, options }: Subject): Promise<AcceptanceCheck> {
  const id = 'flow-by-hand';
  if (options.flow === undefined) return unchecked(id, 2, 'no flow was fired; name one with --flow');
  const flows = await listFlows(site, service);
  if (flows.isErr()) return failed(id, 2, flows.error.message);
  const flow = flows.value.find(({ name }) => name === options.flow);
  if (flow === undefined) {
    return failed(
      id,
      2,
      `there is no flow "${options.flow}"; there are ${flows.value.map(({ name }) => `"${name}"`).join(', ')}`,
    );
  }
  const before = await listJobs(site, service);
  if (before.isErr()) return failed(id, 2, before.error.message);
  const ran = await runFlow(site, service, flow.id);
  if (ran.isErr()) return failed(id, 2, ran.error.message);
  const job = await waitForJob(site, service, {
    flow: flow.name,
    knownIds: before.value.map((each) => each.id),
    deadlineMs: JOB_DEADLINE_MS,
    pollMs: POLL_MS,
  });
  if (job.isErr()) return failed(id, 2, job.error.message);
  const told = `"${flow.name}", fired as ${service.user.name}: job ${job.value.id} ${job.value.status}`;
  return jobSucceeded(job.value.status) ? passed(id, 2, told) : failed(id, 2, told);
}

async function scheduled({ site, service, options }: Subject): Promise<AcceptanceCheck> {
  const id = 'flow-scheduled';
  if (options.waitScheduled === undefined || options.flow === undefined) {
    return unchecked(id, 2, 'no scheduled run was waited for; give --flow NAME and --wait-scheduled SECONDS');
  }
  const before = await listJobs(site, service);
  if (before.isErr()) return failed(id, 2, before.error.message);
  const job = await waitForJob(site, service, {
    flow: options.flow,
    knownIds: before.value.map((each) => each.id),
    deadlineMs: options.waitScheduled * 1000,
    pollMs: POLL_MS,
  });
  if (job.isErr()) return failed(id, 2, job.error.message);
  const told = `"${job.value.flow}", not fired by us: job ${job.value.id} ${job.value.status}`;
  return jobSucceeded(job.value.status) ? passed(id, 2, told) : failed(id, 2, told);
}
