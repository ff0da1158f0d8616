import { createRequire } from 'node:module';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../posix/paths/index.js';
import type { Command, CommandGroup } from './command.js';
import { didYouMean } from './didYouMean.js';
import { parseArguments, usageError } from './parseArguments.js';
import type { ParsedArguments, UsageError } from './parseArguments.js';
import { GLOBAL_OPTIONS, VERSION, renderCommandHelp, renderGroupHelp } from './renderHelp.js';

/** What a command line asks for: a command with its arguments, or a text (help, version) to print. */
export type FoundCommand =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly name: string; readonly command: Command; readonly parsed: ParsedArguments };

const SUMMARY = 'Parts for WordPress agent hosts, and the way from a root install to an unprivileged one.';

/**
 * Walks down the table along the operands, loading only the modules on the way. Options that every command takes
 * count wherever they stand, once.
 */
export async function findCommand(
  args: readonly string[],
  table: CommandGroup,
): Promise<Result<FoundCommand, UsageError>> {
  let name = 'wca';
  let summary = SUMMARY;
  let group = table;
  let rest = asOptions(args);
  let globals: ParsedArguments['options'] = new Map();
  for (;;) {
    const specs = name === 'wca' ? [...GLOBAL_OPTIONS, VERSION] : GLOBAL_OPTIONS;
    const parsed = parseArguments(rest, specs, true).andThen((found) => merge(globals, found));
    if (parsed.isErr()) return err(parsed.error);
    globals = parsed.value.options;
    if (globals.has('version')) return ok({ kind: 'text', text: `${packageVersion()}\n` });
    const [word, ...after] = parsed.value.operands;
    if (globals.has('help') && word === undefined) {
      return ok({ kind: 'text', text: renderGroupHelp(name, summary, group.subcommands) });
    }
    if (word === undefined && group.alone !== undefined) {
      return ok({ kind: 'command', name, command: await group.alone(), parsed: { options: globals, operands: [] } });
    }
    if (word === undefined) return err(usageError(`${name} needs a command; ${name} --help lists them`));
    const entry = group.subcommands.find((candidate) => candidate.name === word);
    if (entry === undefined) {
      const question = didYouMean(
        word,
        group.subcommands.map((one) => one.name),
      );
      return err(
        usageError(`there is no command ${name} ${printablePath(word)}${question}; ${name} --help lists them`),
      );
    }

    name = `${name} ${entry.name}`;
    summary = entry.summary;
    rest = after;
    const loaded = await entry.load();
    if (!('subcommands' in loaded)) return parseFor(loaded, name, summary, rest, globals);
    group = loaded;
  }
}

/** `wca help unit cat` is `wca unit cat --help`, and `wca version` is `wca --version`. */
function asOptions(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args;
  if (first === 'help') return [...rest, '--help'];
  return first === 'version' ? ['--version', ...rest] : args;
}

function parseFor(
  command: Command,
  name: string,
  summary: string,
  args: readonly string[],
  globals: ParsedArguments['options'],
): Result<FoundCommand, UsageError> {
  return parseArguments(args, [...command.options, ...GLOBAL_OPTIONS])
    .andThen((found) => merge(globals, found))
    .andThen((parsed): Result<FoundCommand, UsageError> => {
      if (parsed.options.has('help')) return ok({ kind: 'text', text: renderCommandHelp(name, summary, command) });
      const { min, max } = command.operands;
      const extra = parsed.operands[max];
      if (extra !== undefined) return err(usageError(`${name}: one argument too many: ${printablePath(extra)}`));
      if (parsed.operands.length < min) {
        return err(usageError(`something is missing; usage: ${command.usage.map((u) => `${name} ${u}`).join('\n')}`));
      }
      return ok({ kind: 'command', name, command, parsed });
    });
}

function merge(globals: ParsedArguments['options'], found: ParsedArguments): Result<ParsedArguments, UsageError> {
  const twice = [...found.options.keys()].find((key) => globals.has(key));
  if (twice !== undefined) return err(usageError(`--${twice} was given twice`));
  return ok({ options: new Map([...globals, ...found.options]), operands: found.operands });
}

/** The version in the package's own package.json, found by self-reference from wherever the bundler put this file. */
function packageVersion(): string {
  const found: unknown = createRequire(import.meta.url)('@wca/runtime-sdk/package.json');
  const named = typeof found === 'object' && found !== null && 'version' in found;
  return named && typeof found.version === 'string' ? found.version : 'unknown';
}
