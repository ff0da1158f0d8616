import { BasicParser } from 'posix-getopt';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../posix/paths/index.js';
import { didYouMean } from './didYouMean.js';

/** One option of a command. Without `value` it is a flag. */
export interface OptionSpec {
  /** Long name without dashes. */
  readonly name: string;
  /** One letter or digit. */
  readonly short?: string;
  /** What its argument is called in the help (`USER`); present when it takes one. */
  readonly value?: string;
  /** May be given several times. Without it a second one is a usage error. */
  readonly repeatable?: true;
  /** One line for the help. */
  readonly help: string;
}

/** The command line is wrong; always exit status 64. */
export interface UsageError {
  readonly code: 'USAGE';
  readonly message: string;
}

/** A parsed command line: what was given, by long option name, and the operands in order. */
export interface ParsedArguments {
  /** Long name → its values in order; a flag has one empty string. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** Builds the one kind of error this module gives. */
export function usageError(message: string): UsageError {
  return { code: 'USAGE', message };
}

/**
 * Parses options anywhere on the line, up to `--`. Every option is one of `specs`, given at most once unless
 * repeatable, with a value exactly when it takes one; anything else is a {@link UsageError}.
 *
 * posix-getopt does the parsing; what it does badly is caught before it is asked: it loops for ever on an
 * unknown long option and on `--flag=x`, throws on `--constructor` and the like, ends at the first operand,
 * and takes the next option as a value (`--as --json`).
 *
 * @param stopAtOperand - end at the first operand; it and all that follows are the operands
 */
export function parseArguments(
  args: readonly string[],
  specs: readonly OptionSpec[],
  stopAtOperand = false,
): Result<ParsedArguments, UsageError> {
  const letters = new Map(specs.map((spec, index) => [spec.short ?? String.fromCharCode(0x1000 + index), spec]));
  const optstring = [...letters].map(([letter, spec]) => `${letter}${spec.value ? ':' : ''}(${spec.name})`).join('');
  const longNames = new Map(specs.map((spec) => [spec.name, spec]));
  const options = new Map<string, readonly string[]>();
  const operands: string[] = [];

  let parser = new BasicParser(`:${optstring}`, args, 0);
  for (;;) {
    const argument = args[parser.optind()];
    const wrong = argument === undefined ? undefined : wrongLongOption(argument, longNames);
    if (wrong !== undefined) return err(wrong);

    const start = parser.optind();
    const parsed = parser.getopt();
    if (parsed === undefined) {
      const rest = args.slice(parser.optind());
      const [operand] = rest;
      const ended = parser.optind() > start; // it ate a `--`
      if (operand === undefined || ended || stopAtOperand) return ok({ options, operands: [...operands, ...rest] });
      operands.push(operand);
      parser = new BasicParser(`:${optstring}`, args, parser.optind() + 1);
      continue;
    }

    const missing = parsed.option === ':';
    const letter = (missing || parsed.option === '?' ? parsed.optopt : parsed.option) ?? '';
    const spec = letters.get(letter);
    // A long option's letter is made up: it is no option of its own.
    const asLetter = argument?.startsWith('--') === false;
    if (spec === undefined || (asLetter && spec.short === undefined)) return err(unknownOption(`-${letter}`));
    if (missing) return err(usageError(`--${spec.name} needs a value`));
    const value = parsed.optarg ?? '';
    const detached = spec.value !== undefined && args[parser.optind() - 1] === value;
    if (detached && value.startsWith('-') && value.length > 1) {
      const found = printablePath(value);
      return err(
        usageError(`--${spec.name} needs a value, found ${found}; write --${spec.name}=${found} if that is meant`),
      );
    }
    const given = options.get(spec.name);
    if (given !== undefined && spec.repeatable !== true) return err(usageError(`--${spec.name} was given twice`));
    options.set(spec.name, [...(given ?? []), value]);
  }
}

function wrongLongOption(argument: string, longNames: ReadonlyMap<string, OptionSpec>): UsageError | undefined {
  if (!argument.startsWith('--') || argument === '--') return undefined;
  const equals = argument.indexOf('=');
  const name = argument.slice(2, equals === -1 ? undefined : equals);
  const spec = longNames.get(name);
  if (spec === undefined) return unknownOption(`--${name}`, didYouMean(name, [...longNames.keys()], '--'));
  if (spec.value === undefined && equals !== -1) return usageError(`--${name} takes no value`);
  return undefined;
}

function unknownOption(option: string, question = ''): UsageError {
  return usageError(`there is no option ${printablePath(option)}${question}`);
}
