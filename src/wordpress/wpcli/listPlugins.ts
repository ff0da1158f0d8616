import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';
import { wpCliJson } from './wpCliJson.js';

/** One installed plugin as WP-CLI lists it. */
export interface InstalledPlugin {
  /** Its directory, or its file without `.php`. */
  readonly name: string;
  /** `active`, `active-network`, `inactive`, `must-use`, `dropin`. */
  readonly status: string;
  /** What WordPress knows of an update: `available`, `none`, …; null for must-use plugins and drop-ins. */
  readonly update: string | null;
  /** As in the header of the plugin; empty when the header has none. */
  readonly version: string;
}

/**
 * Lists the plugins of a site (`wp plugin list --format=json`), with must-use plugins and drop-ins.
 *
 * The updates are those that WordPress knows; it can ask its update server, as on any visit of the dashboard.
 *
 * Errors: `WP_FAILED`; `WP_OUTPUT` with the field that does not fit; those of `wpCli`.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, listPlugins } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('opencode');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const plugins = await listPlugins(site.value, identity.value);
 * if (plugins.isErr()) console.error(plugins.error.code, plugins.error.message);
 * else for (const plugin of plugins.value) console.log(plugin.name, plugin.status, plugin.version);
 * ```
 *
 * Source: https://developer.wordpress.org/cli/commands/plugin/list/
 */
export function listPlugins(
  site: Pick<Site, 'path'>,
  identity: Identity,
  options: WpCliOptions = {},
): ResultAsync<readonly InstalledPlugin[], WpCliError> {
  const args = ['plugin', 'list', '--fields=name,status,update,version', '--format=json'];
  return wpCliJson(site, identity, args, PLUGIN, options).map((plugins) =>
    plugins.map((plugin) => ({ ...plugin, update: typeof plugin.update === 'string' ? plugin.update : null })),
  );
}

const PLUGIN = v.object({
  name: v.string(),
  status: v.string(),
  // False for must-use plugins and drop-ins, which WordPress never updates.
  update: v.nullable(v.union([v.string(), v.boolean()])),
  version: v.string(),
});
