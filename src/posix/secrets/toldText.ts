import { printableLines, printableText } from '../paths/index.js';
import { redactSecrets } from './redactSecrets.js';

/**
 * A sentence as people may read it, whatever from elsewhere stands in it: on one line, with what steers a terminal or hides
 * text escaped ({@link printableText}) and secrets hidden ({@link redactSecrets}). Told twice it stays the same.
 */
export function toldText(text: string): string {
  return printableText(redactSecrets(text));
}

/** Lines of files or of output, as {@link toldText} tells a sentence; every line keeps its number. */
export function toldLines(text: string): string {
  return printableLines(redactSecrets(text));
}

/** A unified diff, the same way: what begins a line of it is no part of the line of the file. */
export function toldDiff(diff: string): string {
  const lines = diff.split('\n').map((line) => ({ mark: /^[-+ ]/.exec(line)?.[0] ?? '', line }));
  const shown = toldLines(lines.map(({ mark, line }) => line.slice(mark.length)).join('\n')).split('\n');
  return shown.map((line, index) => `${lines[index]?.mark ?? ''}${line}`).join('\n');
}
