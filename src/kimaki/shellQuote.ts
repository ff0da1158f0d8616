/**
 * Writes a text as one word of a POSIX shell, whatever is in it.
 *
 * NUL cannot be part of any argument and must have been refused before.
 */
export function shellQuote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
