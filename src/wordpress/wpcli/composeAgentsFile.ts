import type { ResultAsync } from 'neverthrow';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../site/index.js';
import { wpCliChecked } from './wpCli.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';

/**
 * Writes AGENTS.md anew as `identity` (`wp datamachine memory compose AGENTS.md`); for a user other than root it then
 * has no `--allow-root`.
 *
 * The site decides where the file is. `identity` writes it, so a file that belongs to root must get a new owner first.
 *
 * Errors: `WP_FAILED`; those of `wpCli`.
 *
 * @returns what the command printed
 */
export function composeAgentsFile(
  site: Pick<Site, 'path'>,
  identity: Identity,
  options: WpCliOptions = {},
): ResultAsync<string, WpCliError> {
  const args = ['datamachine', 'memory', 'compose', 'AGENTS.md'];
  return wpCliChecked(site, identity, args, options).map(({ stdout }) => stdout.trim());
}
