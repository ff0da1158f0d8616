import type { Command, CommandEntry } from './command.js';
import type { OptionSpec } from './parseArguments.js';

/** Options every command takes, before or after its name. */
export const GLOBAL_OPTIONS = [
  { name: 'json', help: 'print the answer as JSON on stdout (lists: one document a line)' },
  { name: 'quiet', short: 'q', help: 'say nothing on stderr but warnings and errors' },
  { name: 'verbose', short: 'v', help: 'say more on stderr' },
  { name: 'no-color', help: 'no colours (so does NO_COLOR)' },
  { name: 'help', short: 'h', help: 'show this help' },
] as const satisfies readonly OptionSpec[];

/** The option of `wca` alone. */
export const VERSION: OptionSpec = { name: 'version', short: 'V', help: 'print the version' };

/** The help of a command that does something. `name` is all of it: `wca unit cat`. */
export function renderCommandHelp(name: string, summary: string, command: Command): string {
  return [
    summary,
    '',
    'Usage:',
    ...command.usage.map((form) => `  ${name} ${form}`.trimEnd()),
    ...section('Options:', command.options.map(optionRow)),
    ...section('Everywhere:', GLOBAL_OPTIONS.map(optionRow)),
    ...(command.notes ? ['', ...command.notes] : []),
    '',
  ].join('\n');
}

/** The help of `wca` itself and of a command that only has subcommands. */
export function renderGroupHelp(name: string, summary: string, entries: readonly CommandEntry[]): string {
  const options = name === 'wca' ? [...GLOBAL_OPTIONS, VERSION] : GLOBAL_OPTIONS;
  return [
    summary,
    '',
    'Usage:',
    `  ${name} COMMAND [OPTIONS]`,
    ...section(
      'Commands:',
      entries.map((entry) => [entry.name, entry.summary] as const),
    ),
    ...section('Options:', options.map(optionRow)),
    '',
    `${name} COMMAND --help says more.`,
    '',
  ].join('\n');
}

type Row = readonly [left: string, right: string];

function optionRow(option: OptionSpec): Row {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const value = option.value === undefined ? '' : ` ${option.value}`;
  return [`${short}--${option.name}${value}`, option.repeatable ? `${option.help} (repeatable)` : option.help];
}

function section(title: string, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([left]) => left.length));
  return ['', title, ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)];
}
