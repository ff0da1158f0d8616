/**
 * Writes a program and its arguments as the value of an `Exec…=` line that systemd reads back as exactly these words.
 *
 * Plain words stay as they are; others are quoted and escaped, `%` and `$` doubled (systemd.service(5), Command lines).
 * NUL cannot be part of any argument and must have been refused before.
 */
export function execWords(words: readonly string[]): string {
  return words.map((word, index) => written(word, index === 0)).join(' ');
}

function written(word: string, isProgram: boolean): string {
  // In the program's place variables are not expanded, and a doubled dollar sign would stay doubled.
  const text = word.replaceAll('%', '%%').replace(/\$/g, isProgram ? '$' : '$$$$');
  if (/^[A-Za-z0-9_./:@%+,=$-]+$/.test(text)) return text;
  const escaped = text
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    // eslint-disable-next-line no-control-regex -- what remains of these goes by its number
    .replace(/[\u0001-\u001f\u007f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escaped}"`;
}
