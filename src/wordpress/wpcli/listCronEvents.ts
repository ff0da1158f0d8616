import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';
import { wpCliChecked } from './wpCli.js';
import { wpCliJson } from './wpCliJson.js';

/** One event of WP-Cron. */
export interface CronEvent {
  /** The hook it fires; several events can have the same. */
  readonly hook: string;
  /** `2026-01-31 23:59:00`, in UTC. */
  readonly nextRunGmt: string;
  /** `1 hour`, or `Non-repeating`. */
  readonly recurrence: string;
}

/**
 * Lists the WP-Cron events of a site (`wp cron event list --format=json`), soonest first. It changes nothing.
 *
 * An event that is due does not show that WP-Cron runs: it needs visitors or a cron job.
 *
 * Errors: `WP_FAILED`; `WP_OUTPUT` with the field that does not fit; those of `wpCli`.
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
  site: Pick<Site, 'path'>,
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

/**
 * Runs the WP-Cron events that are due, as `identity` (`wp cron event run --due-now`), with all their effects.
 *
 * It replaces a crontab of root that runs `wp --allow-root`. The events that a visitor triggers run in php-fpm instead,
 * as its user and with its umask.
 *
 * Errors: `WP_FAILED`; those of `wpCli`.
 *
 * @returns what the command printed
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, runDueCronEvents } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('opencode');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const ran = await runDueCronEvents(site.value, identity.value, { timeoutMs: 300_000 });
 * if (ran.isErr()) console.error(ran.error.code, ran.error.message);
 * ```
 *
 * Source: https://developer.wordpress.org/cli/commands/cron/event/run/
 */
export function runDueCronEvents(
  site: Pick<Site, 'path'>,
  identity: Identity,
  options: WpCliOptions = {},
): ResultAsync<string, WpCliError> {
  return wpCliChecked(site, identity, ['cron', 'event', 'run', '--due-now'], options).map(({ stdout }) =>
    stdout.trim(),
  );
}
