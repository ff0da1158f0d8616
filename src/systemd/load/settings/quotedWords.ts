/** The words up to the end, or up to a quote that is not closed, from which on systemd drops the rest. */
export interface QuotedWords {
  readonly words: readonly string[];
  readonly fault: string | null;
}

/**
 * Words between blanks with quotes taken away. A backslash is taken away too and the character behind it kept, whatever
 * it is: it does not begin an escape like `\n`.
 *
 * Source: `extract_first_word()` with EXTRACT_UNQUOTE in systemd's src/basic/extract-word.c.
 */
export function quotedWords(text: string): QuotedWords {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') {
      at += 1;
      // At the very end there is nothing to keep; inside quotes the quote is not closed either.
      word = (word ?? '') + text.charAt(at);
    } else if (quote === '' && /[ \t\n\r]/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === quote) {
      quote = '';
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') return { words, fault: 'a quote is not closed; systemd drops the word that begins with it' };
  if (word !== null) words.push(word);
  return { words, fault: null };
}
