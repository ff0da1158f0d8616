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

/**
 * Starts one Data Machine flow by hand (`wp datamachine flows run ID`), with all its effects.
 *
 * Ok means that the command accepted the flow, not that the flow succeeded: list the jobs before, and wait for the new
 * one with `waitForJob`.
 *
 * Errors: `WP_FAILED`; those of `wpCli`.
 *
 * @returns what the command printed
 */
export function runFlow(
  site: Pick<Site, 'path'>,
  identity: Identity,
  flowId: number,
  options: WpCliOptions = {},
): ResultAsync<string, WpCliError> {
  const args = ['datamachine', 'flows', 'run', String(flowId)];
  return wpCliChecked(site, identity, args, options).map(({ stdout }) => stdout.trim());
}
