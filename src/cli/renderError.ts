import { printableText } from '../posix/paths/index.js';
import type { CliError } from './command.js';
import { isRemedy, renderRemedy } from './render/renderRemedy.js';

const MAX_LINES = 3;
/** Enough for a refusal that names a dozen files. */
const MAX_LINE = 2000;

/**
 * An error as one to three lines of plain text: the first ends with its code, the last says what to do next where the
 * error knows it, and further lines of its message begin with a bar. Control characters are escaped, and long lines lose
 * their middle.
 */
export function renderError(error: CliError): readonly string[] {
  const next = nextAct(error);
  const lines = error.message.split('\n').filter((line) => line.trim() !== '');
  const [first = 'no message', ...rest] = lines
    .slice(0, next === undefined ? MAX_LINES : MAX_LINES - 1)
    .map((line) => shorten(printableText(line)));
  return [
    `wca: ${first} [${error.code}]`,
    ...rest.map((line) => `  | ${line}`),
    ...(next === undefined ? [] : [`  next: ${shorten(printableText(next))}`]),
  ];
}

/** What to do next, in words; an error that wraps another has its remedy. */
export function nextAct(error: object): string | undefined {
  if ('remedy' in error && isRemedy(error.remedy)) return renderRemedy(error.remedy);
  return 'error' in error && typeof error.error === 'object' && error.error !== null ? nextAct(error.error) : undefined;
}

function shorten(line: string): string {
  if (line.length <= MAX_LINE) return line;
  const half = Math.floor((MAX_LINE - 5) / 2);
  return `${line.slice(0, half)} … ${line.slice(-half)}`;
}
