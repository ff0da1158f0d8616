import { shellQuote } from './shellQuote.js';

/**
 * A word for a command that a person is to type or paste: as it is where that is safe, else in single quotes, so that no
 * name a stranger gave a file makes a shell do something.
 *
 * For POSIX shells. A NUL cannot stand in a word and stays as it is; for a terminal make it printable first
 * ({@link printablePath}).
 */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : shellQuote(word);
}
