import { isUtf8 } from 'node:buffer';

/**
 * What steers a terminal, or hides or reorders text on it, by Unicode's own properties: controls (Cc: C0, DEL, C1), format
 * characters (Cf: bidirectional controls, zero-width characters, soft hyphen, tags), line and paragraph separators (Zl,
 * Zp), lone surrogates (Cs), and what is shown as nothing (Default_Ignorable_Code_Point: variation selectors, fillers).
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const UNSAFE_IN_LINES = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const NOT_ASCII = /[^\x20-\x7e]/g;
const NOT_ASCII_IN_LINES = /[^\t\n\x20-\x7e]/g;

/**
 * Shows a path on one line: characters that steer a terminal, or hide or reorder text, and invalid UTF-8 come out as
 * `\xHH`, one for each byte.
 *
 * Two different paths never print alike, since a backslash is doubled. It is for people and messages, not
 * for opening the file again.
 */
export function printablePath(path: string | Buffer): string {
  const bytes = typeof path === 'string' ? Buffer.from(path, 'utf8') : path;
  return isUtf8(bytes)
    ? printableText(bytes.toString('utf8').replaceAll('\\', '\\\\'))
    : bytes.toString('latin1').replaceAll('\\', '\\\\').replace(NOT_ASCII, escapeByte);
}

/** Shows any text on one line, escaped like a path but with single backslashes: what is escaped once stays as it is. */
export function printableText(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/**
 * Shows the text of a file or the output of a program: its lines and tabs as they are, the rest as {@link printableText}.
 * Of a line that is not UTF-8, every byte that is not ASCII is escaped.
 */
export function printableLines(text: string | Uint8Array): string {
  if (typeof text === 'string') return text.replace(UNSAFE_IN_LINES, escapeCharacter);
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  if (isUtf8(bytes)) return printableLines(bytes.toString('utf8'));
  return bytes
    .toString('latin1')
    .split('\n')
    .map((line) => {
      const raw = Buffer.from(line, 'latin1');
      return isUtf8(raw) ? printableLines(raw.toString('utf8')) : line.replace(NOT_ASCII_IN_LINES, escapeByte);
    })
    .join('\n');
}

/** The first texts of a list and how many more there are, for a message: `a, b and 3 more`. Pure. */
export function firstFew(texts: readonly string[], most: number, separator = ', '): string {
  return texts.slice(0, most).join(separator) + (texts.length > most ? ` and ${texts.length - most} more` : '');
}

/** JSON in which what {@link printableText} escapes stands as `\uXXXX`: it says the same, and a terminal shows it. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value ?? null, null, indent).replace(UNSAFE_IN_LINES, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at), 4)}`).join(''),
  );
}

function escapeCharacter(character: string): string {
  return [...Buffer.from(character, 'utf8')].map((byte) => `\\x${hex(byte, 2)}`).join('');
}

function escapeByte(character: string): string {
  return `\\x${hex(character.charCodeAt(0), 2)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
