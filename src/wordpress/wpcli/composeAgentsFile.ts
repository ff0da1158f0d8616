import type { ResultAsync } from 'neverthrow';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import { wpCliChecked } from './wpCli.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';

/**
 * Renders AGENTS.md anew as `identity` (`wp datamachine memory compose AGENTS.md`), which takes `--allow-root` out of
 * it when that user is not root.
 *
 * Where the file goes is the site's affair. It is written by that user, so one that belongs to root must have changed
 * hands before.
 *
 * @returns what the command printed
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { composeAgentsFile, findSite } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('opencode');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const composed = await composeAgentsFile(site.value, identity.value);
 * if (composed.isErr()) console.error(composed.error.code, composed.error.message);
 * ```
 */
export function composeAgentsFile(
  site: Pick<Site, 'root'>,
  identity: Identity,
  options: WpCliOptions = {},
): ResultAsync<string, WpCliError> {
  const args = ['datamachine', 'memory', 'compose', 'AGENTS.md'];
  return wpCliChecked(site, identity, args, options).map(({ stdout }) => stdout.trim());
}
