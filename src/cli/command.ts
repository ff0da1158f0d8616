import type { Result } from 'neverthrow';
import type { Remedy } from '../posix/findings/index.js';
import type { ExitCode } from './exitCodes.js';
import type { Output } from './createOutput.js';
import type { OptionSpec, UsageError } from './parseArguments.js';

/** What every error of the library has in common. */
export interface CliError {
  readonly code: string;
  readonly message: string;
  /** What to do next, where the error says so. */
  readonly remedy?: Remedy;
}

/** What a command gets. The three kinds of option names are the command's own, see {@link defineCommand}. */
export interface CommandContext<
  Flag extends string = string,
  Single extends string = string,
  Repeatable extends string = string,
> {
  /** What stood on the line besides options, in order. */
  readonly operands: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
  /** Was this flag given? */
  flag(name: Flag): boolean;
  /** The value of an option that takes one, as typed; undefined when it was not given. */
  value(name: Single): string | undefined;
  /** All values of a repeatable option, in order. */
  values(name: Repeatable): readonly string[];
  /** The value of an option that must be there. */
  required(name: Single): Result<string, UsageError>;
  /** The value as an absolute path (a relative one is a usage error), or undefined when it was not given. */
  path(name: Single): Result<string | undefined, UsageError>;
  /** Operand number `index` as an absolute path; `what` names it in the error (`PATH`). */
  operandPath(index: number, what: string): Result<string, UsageError>;
  /** All of standard input; of one with more than `limit` bytes a beginning that is longer than that. */
  readInput(limit: number): Promise<Buffer>;
  /** Asks on the terminal; an error where the answer is not yes, or where there is no terminal and `--yes` is needed to `act`. */
  confirm(question: string, act: string): Promise<Result<void, CliError>>;
  /** Whether {@link CommandContext.confirm} can ask. */
  readonly isTerminal: boolean;
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP from now on; a second one ends the process at once. */
  interruption(): AbortSignal;
  /** Shows an error (on stderr, and as JSON on stdout with `--json`) and returns the exit status to end with. */
  fail(error: CliError, exitCode?: ExitCode): ExitCode;
}

/** One command (or subcommand): what it takes and what it does. */
export interface Command {
  /** What follows the command's name, one line per form: `PATH --as USER --for read|write`. */
  readonly usage: readonly string[];
  /** Its own options; `--json`, `--help`, `--no-color`, `-q` and `-v` are everyone's. */
  readonly options: readonly OptionSpec[];
  /** How many operands it takes. */
  readonly operands: { readonly min: number; readonly max: number };
  /** More for the help, after the options. */
  readonly notes?: readonly string[];
  run(context: CommandContext): Promise<ExitCode>;
}

/** A command that only has subcommands. */
export interface CommandGroup {
  readonly subcommands: readonly CommandEntry[];
  /** What its name alone does. Default: a usage error. */
  readonly alone?: () => Promise<Command>;
}

/** A name in the command table. The module behind it is loaded when it is asked for, so that help is fast. */
export interface CommandEntry {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  load(): Promise<Command | CommandGroup>;
}

type FlagName<S extends OptionSpec> = Exclude<S, { readonly value: string }>['name'];
type SingleName<S extends OptionSpec> = Exclude<
  Extract<S, { readonly value: string }>,
  { readonly repeatable: true }
>['name'];
type RepeatableName<S extends OptionSpec> = Extract<S, { readonly repeatable: true }>['name'];

/** A command whose `run` may ask only for the options it declares. */
export interface TypedCommand<S extends OptionSpec> extends Omit<Command, 'options' | 'run'> {
  readonly options: readonly S[];
  run(context: CommandContext<FlagName<S>, SingleName<S>, RepeatableName<S>>): Promise<ExitCode>;
}

/** Gives a command its type: inside `run`, option names are the ones in `options` and nothing else. */
export function defineCommand<const S extends OptionSpec>(command: TypedCommand<S>): Command {
  return command;
}
