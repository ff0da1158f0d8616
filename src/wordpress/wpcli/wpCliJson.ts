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
 * Runs a WP-CLI command that prints a list as JSON and checks every item.
 *
 * PHP and plugins print what they like before, after and beside the list. For an empty list some commands print nothing and
 * warn on stderr; without that warning an empty answer is an error, and not an empty list.
 *
 * Source: WP_CLI\Formatter (wp-cli/wp-cli); BaseCommand::format_items (Extra-Chill/data-machine).
 */
export function wpCliJson<const S extends v.GenericSchema>(
  site: Pick<Site, 'path'>,
  identity: Identity,
  args: readonly string[],
  item: S,
  options: WpCliOptions,
): ResultAsync<readonly v.InferOutput<S>[], WpCliError> {
  const command = printableText(redactSecrets(`wp ${args.join(' ')}`));
  return wpCliChecked(site, identity, args, options).andThen((said) => parseList(said, item, command));
}

/** What WP-CLI says of an empty list. PHP's own warnings begin in the same way, and name a file. */
const NOTHING_FOUND = /^Warning: No \S+ (jobs )?found\b/m;

/** The list in what a command printed: the last that fits; pure. */
function parseList<const S extends v.GenericSchema>(
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
  item: S,
  command: string,
): Result<readonly v.InferOutput<S>[], WpCliError> {
  let misfit: WpCliError | undefined;
  for (const list of listsIn(stdout).toReversed()) {
    const read = parseAnswer(v.array(item), list);
    if (read.isOk()) return ok(read.value);
    misfit ??= unexpected(command, read.error.field, read.error.what);
  }
  if (misfit !== undefined) return err(misfit);
  if (/^\uFEFF?\s*\[\s*\]\s*$/m.test(stdout)) return ok([]);
  if (stdout.trim() !== '') return err(unexpected(command, '', 'there is no JSON list'));
  return NOTHING_FOUND.test(stderr) ? ok([]) : err(unexpected(command, '', 'it printed nothing'));
}

/** Places that look like the start of a list and are none, after which the search ends. */
const MAX_FALSE_STARTS = 100;

/** The JSON lists of objects in a text, in their order and without those inside another; pure. */
function listsIn(text: string): readonly unknown[] {
  const lists: unknown[] = [];
  const start = /\[\s*\{/g;
  let falseStarts = 0;
  for (let found = start.exec(text); found !== null && falseStarts < MAX_FALSE_STARTS; found = start.exec(text)) {
    const end = endOfList(text, found.index);
    const list = end === null ? undefined : jsonOf(text.slice(found.index, end));
    if (end === null || list === undefined) {
      falseStarts += 1;
      start.lastIndex = found.index + 1;
      continue;
    }
    lists.push(list);
    start.lastIndex = end;
  }
  return lists;
}

/** Where the list that begins at `start` ends, or null where it does not; pure. */
function endOfList(text: string, start: number): number | null {
  const token = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs;
  token.lastIndex = start;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '[' || found[0] === '{') depth += 1;
    if (found[0] === ']' || found[0] === '}') depth -= 1;
    if (depth === 0) return token.lastIndex;
  }
  return null;
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
