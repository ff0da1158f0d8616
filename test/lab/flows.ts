import { setTimeout as sleep } from 'node:timers/promises';
import { SITE } from './constants.js';
import type { Host } from './host.js';

/** A job as `wp datamachine jobs list` shows it. */
export interface Job {
  readonly id: number;
  readonly source: 'pipeline';
  readonly flow: string;
  readonly status: string;
  readonly created: string;
  readonly completed: string | null;
  readonly error: string | null;
}

/** The jobs of the host, newest first, as a user may list them. */
export async function listJobs(host: Host, user = 'www-data'): Promise<readonly Job[]> {
  const list =
    'wp datamachine jobs list --user=admin --limit=100 --fields=id,source,flow,status,created,completed,error';
  const listed: unknown = JSON.parse((await host.ok(`${list} --format=json`, { user, cwd: SITE })) || '[]');
  if (!Array.isArray(listed) || !listed.every(isJob)) throw new Error(`not a list of jobs: ${JSON.stringify(listed)}`);
  return listed;
}

/** Starts the progress flow by hand and waits for the job's end. Root needs `--allow-root`, and gets it here. */
export async function runFlow(host: Host, user: string): Promise<Job> {
  const flag = user === 'root' ? '--allow-root ' : '';
  const said = await host.ok(`wp ${flag}datamachine flows run 1`, { user, cwd: SITE });
  const id = Number(/^Job ID: (\d+)/m.exec(said)?.[1]);
  return finishedJob(host, (job) => job.id === id);
}

/** Waits for the next job WP-Cron starts from now on, and for its end. */
export async function nextScheduledJob(host: Host): Promise<Job> {
  const newest = (await listJobs(host))[0]?.id ?? 0;
  return finishedJob(host, (job) => job.id > newest);
}

async function finishedJob(host: Host, wanted: (job: Job) => boolean): Promise<Job> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const job = (await listJobs(host)).filter(wanted).at(-1);
    if (job !== undefined && !['pending', 'processing'].includes(job.status)) return job;
    if (Date.now() > deadline) throw new Error(`${host.name}: the job did not end: ${JSON.stringify(job ?? null)}`);
    await sleep(250);
  }
}

function isJob(row: unknown): row is Job {
  return typeof row === 'object' && row !== null && 'id' in row && 'source' in row && 'status' in row && 'error' in row;
}
