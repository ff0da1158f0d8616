/** One word of a value, as systemd cuts it. */
export interface Word {
  /** Unquoted and unescaped; null where the escapes give bytes that are not UTF-8. Specifiers are not expanded. */
  readonly text: string | null;
  /** Where it begins in the value, quotes included. Counts characters of the string, as `slice` does. */
  readonly start: number;
  readonly end: number;
}

/** The words up to the end, or up to the fault for which systemd ignores the rest. */
export interface SplitValue {
  readonly words: readonly Word[];
  readonly fault: { readonly at: number; readonly kind: 'unbalanced-quote' | 'unknown-escape' } | null;
}

const ONE_LETTER: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
  s: ' ',
};

/** What has no meaning of its own, in quotes or out of them. */
const PLAIN = /[^\\"' \t\r\n]+/y;

/**
 * Cuts a value into words by systemd's rules: blanks separate, `'` and `"` quote, also in the middle of a word, and
 * backslashes escape as in C.
 *
 * Source: `extract_first_word()` with EXTRACT_UNQUOTE|EXTRACT_CUNESCAPE in systemd's src/basic/extract-word.c. The man
 * page allows a quote only at the beginning of a word; what runs accepts it anywhere (seen with systemd 252).
 *
 * @param relaxed - keep an unknown escape as it stands, which ExecStart= does and Environment= does not
 */
export function splitWords(value: string, relaxed: boolean, from = 0): SplitValue {
  const words: Word[] = [];
  let at = from;
  for (;;) {
    while (at < value.length && isSeparator(value.charAt(at))) at += 1;
    if (at >= value.length) return { words, fault: null };
    const word = wordAt(value, at, relaxed);
    if ('kind' in word) return { words, fault: { at, kind: word.kind } };
    words.push(word);
    at = word.end;
  }
}

/** Reads the one word that begins at `start`. */
export function wordAt(
  value: string,
  start: number,
  relaxed: boolean,
): Word | { readonly kind: 'unbalanced-quote' | 'unknown-escape' } {
  const bytes: Buffer[] = [];
  let quote = '';
  let at = start;
  while (at < value.length) {
    PLAIN.lastIndex = at;
    const run = PLAIN.exec(value)?.[0];
    if (run !== undefined) {
      bytes.push(Buffer.from(run));
      at += run.length;
      continue;
    }
    const character = value.charAt(at);
    if (character === '\\') {
      const escaped = unescape(value, at + 1);
      if (escaped === null && !relaxed) {
        return { kind: at + 1 === value.length && quote !== '' ? 'unbalanced-quote' : 'unknown-escape' };
      }
      // An unknown escape is kept as it stands, even one of a blank or a quote.
      const next = value.charCodeAt(at + 1) < 0x80 ? value.charAt(at + 1) : '';
      bytes.push(escaped?.bytes ?? Buffer.from(character + next));
      at = escaped?.end ?? at + 1 + next.length;
      continue;
    }
    if (quote === '' && isSeparator(character)) break;
    if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    else bytes.push(Buffer.from(character));
    at += 1;
  }
  if (quote !== '') return { kind: 'unbalanced-quote' };
  return { text: utf8(Buffer.concat(bytes)), start, end: at };
}

/** What the escape behind a backslash stands for, or null when it is none. `\xff` and `\377` are bytes. */
function unescape(value: string, at: number): { readonly bytes: Buffer; readonly end: number } | null {
  const letter = ONE_LETTER[value.charAt(at)];
  if (letter !== undefined) return { bytes: Buffer.from(letter), end: at + 1 };
  const rest = value.slice(at, at + 9);
  const byte = /^x([0-9A-Fa-f]{2})/.exec(rest) ?? /^([0-7]{3})/.exec(rest);
  if (byte !== null) {
    const code = parseInt(byte[1] ?? '', byte[0].startsWith('x') ? 16 : 8);
    return code === 0 || code > 0xff ? null : { bytes: Buffer.of(code), end: at + byte[0].length };
  }
  const point = /^(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/.exec(rest);
  if (point === null) return null;
  const code = parseInt(point[1] ?? point[2] ?? '', 16);
  if (code === 0 || code > 0x10ffff) return null;
  const end = at + point[0].length;
  // A surrogate is no character; systemd encodes it all the same and then refuses the result as invalid UTF-8.
  if (code >= 0xd800 && code <= 0xdfff) return point[1] === undefined ? null : { bytes: Buffer.of(0xff), end };
  return { bytes: Buffer.from(String.fromCodePoint(code)), end };
}

function isSeparator(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

function utf8(bytes: Buffer): string | null {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : null;
}
