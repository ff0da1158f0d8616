import { isUtf8 } from 'node:buffer';

/**
 * Text of a file for people: its lines, with control characters other than tab, and bytes that are not UTF-8, as
 * `\xHH`. Nothing in it can steer a terminal. Backslashes stay single, so it is not for reading back.
 */
export function printableLines(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8').replace(UNPRINTABLE, escapeCharacter);
  return bytes
    .toString('latin1')
    .split('\n')
    .map((line) => {
      const raw = Buffer.from(line, 'latin1');
      return isUtf8(raw)
        ? raw.toString('utf8').replace(UNPRINTABLE, escapeCharacter)
        : line.replace(NOT_ASCII, escapeByte);
    })
    .join('\n');
}

/** C0 but tab and LF, DEL, C1, and the characters that reorder or hide text on a terminal. */
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const NOT_ASCII = /[\u0000-\u0008\u000b-\u001f\u007f-\u00ff]/g;

function escapeCharacter(character: string): string {
  return [...Buffer.from(character)].map(hex).join('');
}

function escapeByte(character: string): string {
  return hex(character.charCodeAt(0));
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
