import { printablePath } from '../posix/paths/index.js';
import type { CliError } from './command.js';

const MAX_LINES = 3;
/** Enough for a refusal that names a dozen files. */
const MAX_LINE = 2000;

/**
 * An error as one to three lines of plain text, the first ending with its code. Whatever stands in it (a program's
 * stderr, a file's name) is escaped, and long lines lose their middle.
 */
export function renderError(error: CliError): string {
  const lines = error.message.split('\n').filter((line) => line.trim() !== '');
  const shown = lines.slice(0, MAX_LINES).map((line) => shorten(printableText(line)));
  const [first = 'no message', ...rest] = shown;
  return [`wca: ${first} [${error.code}]`, ...rest.map((line) => `  ${line}`)].join('\n');
}

/** Escapes what would move the cursor, hide or reorder text; unlike a path, a message keeps its backslashes single. */
export function printableText(text: string): string {
  return printablePath(text).replaceAll('\\\\', '\\');
}

function shorten(line: string): string {
  if (line.length <= MAX_LINE) return line;
  const half = Math.floor((MAX_LINE - 5) / 2);
  return `${line.slice(0, half)} … ${line.slice(-half)}`;
}
