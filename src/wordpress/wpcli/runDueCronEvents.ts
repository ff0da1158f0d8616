import type { ResultAsync } from 'neverthrow';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import { wpCliChecked } from './wpCli.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';

/**
 * Runs what is due in WP-Cron now, as `identity` (`wp cron event run --due-now`). Others notice: the events do what
 * they do.
 *
 * It stands for a root crontab that called `wp --allow-root`. It is not what a visitor sets off: that runs in php-fpm,
 * as its user and with its umask.
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
  site: Pick<Site, 'root'>,
  identity: Identity,
  options: WpCliOptions = {},
): ResultAsync<string, WpCliError> {
  return wpCliChecked(site, identity, ['cron', 'event', 'run', '--due-now'], options).map(({ stdout }) =>
    stdout.trim(),
  );
}
