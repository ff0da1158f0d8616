import type { ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';
import { ID, wpCliJson } from './wpCliJson.js';

/**
 * The id of the first administrator of a site, for commands that want an acting user (`--user`); undefined where there is
 * none. It changes nothing.
 *
 * A network administrator who has no role on the site is not found.
 *
 * Errors: `WP_FAILED`; `WP_OUTPUT` with the field that does not fit; those of `wpCli`.
 *
 * Source: https://developer.wordpress.org/cli/commands/user/list/
 */
export function findAdministrator(
  site: Pick<Site, 'path'>,
  identity: Identity,
  options: WpCliOptions = {},
): ResultAsync<string | undefined, WpCliError> {
  const args = ['user', 'list', '--role=administrator', '--orderby=ID', '--fields=ID', '--format=json'];
  return wpCliJson(site, identity, args, USER, options).map(([first]) =>
    first === undefined ? undefined : String(first.ID),
  );
}

const USER = v.object({ ID });
