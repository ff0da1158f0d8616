import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';
import { wpCliChecked } from './wpCli.js';
import { ID, wpCliJson } from './wpCliJson.js';

/** One Data Machine flow as its command line lists it. */
export interface Flow {
  readonly id: number;
  readonly name: string;
  readonly pipelineId: number | null;
  /** As displayed: `manual`, `hourly`, a cron expression. */
  readonly schedule: string | null;
  /** Status of the last run, `Never` before the first. */
  readonly status: string | null;
  /** As displayed; `Not scheduled` or null for a flow without a schedule. */
  readonly nextRun: string | null;
}

/**
 * Lists the Data Machine flows of a site (`wp datamachine flows list --format=json`). It changes nothing.
 *
 * Errors: `WP_FAILED`; `WP_OUTPUT` with the field that does not fit; those of `wpCli`.
 */
export function listFlows(
  site: Pick<Site, 'path'>,
  identity: Identity,
  options: WpCliOptions = {},
): ResultAsync<readonly Flow[], WpCliError> {
  return wpCliJson(site, identity, ['datamachine', 'flows', 'list', '--format=json'], FLOW, options).map((rows) =>
    rows.map(({ id: flowId, name, pipeline_id: pipelineId, schedule, status, next_run: nextRun }) => ({
      id: flowId,
      name,
      pipelineId,
      schedule,
      status,
      nextRun,
    })),
  );
}

const FLOW = v.object({
  id: ID,
  name: v.string(),
  pipeline_id: v.nullable(ID),
  schedule: v.nullable(v.string()),
  status: v.nullable(v.string()),
  next_run: v.nullable(v.string()),
});

/** A flow that was queued. @inline */
export interface StartedFlow {
  /** The job, to wait for; null where the command named none. */
  readonly jobId: number | null;
  /** What the command printed. */
  readonly output: string;
}

/**
 * Queues one Data Machine flow (`wp datamachine flows run ID --no-drain`), with all its effects.
 *
 * Ok means that the flow was accepted, not that it succeeded: wait for its job with `waitForJob`. Data Machine carries the job
 * out when WP-Cron or its worker runs the queue, or at once by `drainJob`. Without `--no-drain` the command would carry out
 * what is due of every flow, and take as long.
 *
 * Errors: `WP_FAILED`; those of `wpCli`.
 *
 * Source: Extra-Chill/data-machine inc/Cli/Commands/Flows/FlowsCommand.php
 */
export function runFlow(
  site: Pick<Site, 'path'>,
  identity: Identity,
  flowId: number,
  options: WpCliOptions = {},
): ResultAsync<StartedFlow, WpCliError> {
  const args = ['datamachine', 'flows', 'run', String(flowId), '--no-drain'];
  return wpCliChecked(site, identity, args, options).map(({ stdout }) => {
    const named = /^Job ID: (\d{1,15})$/m.exec(stdout)?.[1];
    return { jobId: named === undefined ? null : Number(named), output: stdout.trim() };
  });
}

/**
 * Carries out the due steps of one job as `identity` (`wp datamachine drain --job-id=ID`), and of no other job.
 *
 * No step is begun after `timeLimitMs`, and one that runs then is not broken off before `timeoutMs`. Where another process
 * holds Data Machine's worker lock nothing is carried out: that process does it.
 *
 * Errors: `WP_FAILED`, also from a Data Machine before 0.123, which does not know the option; those of `wpCli`.
 *
 * Source: Extra-Chill/data-machine inc/Cli/Commands/DrainCommand.php
 */
export function drainJob(
  site: Pick<Site, 'path'>,
  identity: Identity,
  jobId: number,
  { timeLimitMs, ...options }: WpCliOptions & { readonly timeLimitMs: number },
): ResultAsync<void, WpCliError> {
  const limit = Math.max(1, Math.ceil(timeLimitMs / 1000));
  const args = ['datamachine', 'drain', `--job-id=${jobId}`, `--time-limit=${limit}`];
  return wpCliChecked(site, identity, args, options).map(() => undefined);
}
