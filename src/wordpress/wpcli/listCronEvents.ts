import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';
import { wpCliJson } from './wpCliJson.js';

/** One event of WP-Cron. */
export interface CronEvent {
  /** The hook it fires; several events may have the same. */
  readonly hook: string;
  /** `2026-01-31 23:59:00`, in UTC. */
  readonly nextRunGmt: string;
  /** `1 hour`, or `Non-repeating`. */
  readonly recurrence: string;
}

/**
 * Lists what WP-Cron of a site has to do (`wp cron event list --format=json`), soonest first, checked field by field.
 * It changes nothing.
 *
 * That an event is there and due does not show that WP-Cron runs: nothing does without visitors or a cron job. An
 * answer of another shape is `WP_OUTPUT` with the name of the field.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, listCronEvents } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('opencode');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const events = await listCronEvents(site.value, identity.value);
 * if (events.isErr()) console.error(events.error.code, events.error.message);
 * else console.log(events.value.find(({ hook }) => hook === 'action_scheduler_run_queue')?.nextRunGmt);
 * ```
 *
 * Source: https://developer.wordpress.org/cli/commands/cron/event/list/
 */
export function listCronEvents(
  site: Pick<Site, 'root'>,
  identity: Identity,
  options: WpCliOptions = {},
): ResultAsync<readonly CronEvent[], WpCliError> {
  const args = ['cron', 'event', 'list', '--fields=hook,next_run_gmt,recurrence', '--format=json'];
  return wpCliJson(site, identity, args, EVENT, options).map((rows) =>
    rows
      .map(({ hook, next_run_gmt: nextRunGmt, recurrence }) => ({ hook, nextRunGmt, recurrence }))
      .sort((a, b) => a.nextRunGmt.localeCompare(b.nextRunGmt)),
  );
}

const EVENT = v.object({ hook: v.string(), next_run_gmt: v.string(), recurrence: v.string() });
