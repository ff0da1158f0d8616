import { remedy } from '../../posix/findings/index.js';
import { jobSucceeded, listFlows, listJobs, runFlow, waitForJob } from '../../wordpress/wpcli/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** How long a job may take from its start to a final status. */
const JOB_DEADLINE_MS = 120_000;
/** Milliseconds between two looks at the jobs. */
const POLL_MS = 500;

/** Point 2: the flow completes when it is run by hand, and when WP-Cron runs it. Others notice, so only when asked for. */
export async function checkFlows(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await byHand(subject), await scheduled(subject)];
}

async function byHand({ site, service, options }: Subject): Promise<AcceptanceCheck> {
  const { passed, failed, unchecked } = verdictsOf('flow-by-hand', 2, site.path);
  if (options.flow === undefined) return unchecked('no flow was run, as none was named', remedy.option('flow'));
  const flows = await listFlows(site, service);
  if (flows.isErr()) return failed(flows.error.message);
  const flow = flows.value.find(({ name }) => name === options.flow);
  if (flow === undefined) {
    const names = flows.value.map(({ name }) => `"${name}"`).join(', ');
    return failed(`there is no flow "${options.flow}"; the flows are ${names}`, remedy.option('flow'));
  }
  const before = await listJobs(site, service);
  if (before.isErr()) return failed(before.error.message);
  const ran = await runFlow(site, service, flow.id);
  if (ran.isErr()) return failed(ran.error.message);
  const job = await waitForJob(site, service, {
    flow: flow.name,
    knownIds: before.value.map((each) => each.id),
    deadlineMs: JOB_DEADLINE_MS,
    pollMs: POLL_MS,
  });
  if (job.isErr()) return failed(job.error.message);
  const told = `"${flow.name}", run as ${service.user.name}: job ${job.value.id} ${job.value.status}`;
  return jobSucceeded(job.value.status) ? passed(told) : failed(told);
}

async function scheduled({ site, service, options }: Subject): Promise<AcceptanceCheck> {
  const { passed, failed, unchecked } = verdictsOf('flow-scheduled', 2, site.path);
  if (options.waitScheduled === undefined || options.flow === undefined) {
    const way = remedy.inOrder(remedy.option('flow'), remedy.option('waitScheduled'));
    return unchecked('no scheduled run was waited for, as no flow or no time was given', way);
  }
  const before = await listJobs(site, service);
  if (before.isErr()) return failed(before.error.message);
  const job = await waitForJob(site, service, {
    flow: options.flow,
    knownIds: before.value.map((each) => each.id),
    deadlineMs: options.waitScheduled * 1000,
    pollMs: POLL_MS,
  });
  if (job.isErr()) return failed(job.error.message);
  const told = `"${job.value.flow}", run by WP-Cron: job ${job.value.id} ${job.value.status}`;
  return jobSucceeded(job.value.status) ? passed(told) : failed(told);
}
