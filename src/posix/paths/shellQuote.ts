/**
 * Writes a text as one word of a POSIX shell, whatever is in it; always in quotes.
 *
 * NUL cannot be part of any argument and must have been refused before. {@link shellWord} leaves plain words without quotes.
 */
export function shellQuote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
