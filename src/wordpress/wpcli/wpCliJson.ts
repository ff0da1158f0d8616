import { err, ok } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import type { Identity } from '../../posix/accounts/index.js';
import { list } from './jsonShape.js';
import type { Shape } from './jsonShape.js';
import type { Site } from '../site/index.js';
import { wpCliChecked } from './wpCli.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';

/**
 * Runs a WP-CLI command that prints a list as JSON and checks every item. WP-CLI prints nothing at all for an empty
 * list (the warning goes to stderr), and PHP may print notices before it, so the list is the last line that is one.
 */
export function wpCliJson<T>(
  site: Pick<Site, 'root'>,
  identity: Identity,
  args: readonly string[],
  item: Shape<T>,
  options: WpCliOptions,
): ResultAsync<readonly T[], WpCliError> {
  const command = `wp ${args.join(' ')}`;
  return wpCliChecked(site, identity, args, options).andThen(({ stdout }) => parseList(stdout, item, command));
}

/** The list in what a command printed; pure. */
function parseList<T>(stdout: string, item: Shape<T>, command: string): Result<readonly T[], WpCliError> {
  if (stdout.trim() === '') return ok([]);
  const lines = stdout.trim().split('\n');
  const candidates = [stdout, ...lines.filter((line) => line.startsWith('[')).reverse()];
  for (const candidate of candidates) {
    const json = parse(candidate);
    if (!Array.isArray(json)) continue;
    const checked = list(item)(json, '');
    return checked.mapErr(({ field, expected }) => unexpected(command, field, `"${field}" is not ${expected}`));
  }
  return err(unexpected(command, '', 'no JSON list'));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function unexpected(command: string, field: string, what: string): WpCliError {
  const message = `${command} printed something unexpected: ${what}; the plugin may be a version this does not know`;
  return { code: 'WP_OUTPUT', message, command, field };
}
