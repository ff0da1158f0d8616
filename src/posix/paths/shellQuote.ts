/**
 * Writes a text as one word of a POSIX shell, whatever is in it; always in quotes.
 *
 * NUL cannot be part of any argument and must have been refused before. {@link shellWord} leaves plain words without quotes.
 *
 * @example
 * ```ts
 * import { shellQuote } from '@wca/runtime-sdk/posix';
 *
 * console.log(`NAME=${shellQuote("it's")}`); // NAME='it'\''s'
 * ```
 */
export function shellQuote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
