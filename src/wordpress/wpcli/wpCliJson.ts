import { err, ok } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import { redactSecrets } from '../../posix/secrets/index.js';
import { printableText } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { jsonOf, parseAnswer, wholeNumber } from '../../posix/programs/index.js';
import type { Site } from '../site/index.js';
import { wpCliChecked } from './wpCli.js';
import type { WpCliError, WpCliOptions } from './wpCli.js';

/**
 * Runs a WP-CLI command that prints a list as JSON and checks every item. For an empty list WP-CLI prints nothing (the
 * warning goes to stderr). PHP can print notices before the list, so the list is the last line that is one.
 */
export function wpCliJson<const S extends v.GenericSchema>(
  site: Pick<Site, 'path'>,
  identity: Identity,
  args: readonly string[],
  item: S,
  options: WpCliOptions,
): ResultAsync<readonly v.InferOutput<S>[], WpCliError> {
  const command = printableText(redactSecrets(`wp ${args.join(' ')}`));
  return wpCliChecked(site, identity, args, options).andThen(({ stdout }) => parseList(stdout, item, command));
}

/** The list in what a command printed; pure. */
function parseList<const S extends v.GenericSchema>(
  stdout: string,
  item: S,
  command: string,
): Result<readonly v.InferOutput<S>[], WpCliError> {
  if (stdout.trim() === '') return ok([]);
  const lines = stdout.trim().split('\n');
  const candidates = [stdout, ...lines.filter((line) => line.startsWith('[')).reverse()];
  for (const candidate of candidates) {
    const json = jsonOf(candidate);
    if (!Array.isArray(json)) continue;
    return parseAnswer(v.array(item), json).mapErr(({ field, what }) => unexpected(command, field, what));
  }
  return err(unexpected(command, '', 'there is no JSON list'));
}

/** A whole number, also as decimal text: databases and PHP often give it as text. */
export const ID = v.pipe(
  v.unknown(),
  v.transform((given) => (typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given)),
  wholeNumber,
);

function unexpected(command: string, field: string, what: string): WpCliError {
  const message = `${command} printed an unknown form of answer: ${what}; the plugin may have a version that this library does not know`;
  return { code: 'WP_OUTPUT', message, command, field };
}
