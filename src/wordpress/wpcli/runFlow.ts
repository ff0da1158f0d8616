import type { ResultAsync } from 'neverthrow';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import { wpCliChecked } from './wpCli.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';

/**
 * Fires one Data Machine flow by hand (`wp datamachine flows run ID`). Others notice: the flow does what it does.
 *
 * Ok means that the command accepted it, not that the flow did its work: take the jobs known before, and wait for the
 * new one with `waitForJob`.
 *
 * @returns what the command printed
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, runFlow } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('opencode');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const fired = await runFlow(site.value, identity.value, 42);
 * if (fired.isErr()) console.error(fired.error.code, fired.error.message);
 * ```
 */
export function runFlow(
  site: Pick<Site, 'root'>,
  identity: Identity,
  flowId: number,
  options: WpCliOptions = {},
): ResultAsync<string, WpCliError> {
  const args = ['datamachine', 'flows', 'run', String(flowId)];
  return wpCliChecked(site, identity, args, options).map(({ stdout }) => stdout.trim());
}
