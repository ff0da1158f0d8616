/**
 * Words between blanks, in which a backslash only takes the meaning of a blank away and quotes are ordinary characters.
 *
 * Source: `extract_first_word()` without flags in systemd's src/basic/extract-word.c.
 */
export function plainWords(text: string): readonly string[] {
  const words = text.match(/(?:\\[^]|[^\\ \t\n\r]|\\$)+/g) ?? [];
  return words.map((word) => word.replace(/\\([^])|\\$/g, '$1'));
}
