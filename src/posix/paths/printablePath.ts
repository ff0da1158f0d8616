/**
 * Shows a path on one line: control characters, quotes-breaking bytes and invalid UTF-8 come out as `\xHH`.
 *
 * Two different paths never print alike, since a backslash is doubled. It is for people and messages, not
 * for opening the file again.
 */
export function printablePath(path: string | Buffer): string {
  const bytes = typeof path === 'string' ? Buffer.from(path, 'utf8') : path;
  const text = bytes.toString('utf8');
  const clean = Buffer.from(text, 'utf8').equals(bytes);
  if (clean) return text.replace(/\\/g, '\\\\').replace(UNPRINTABLE, escapeCharacter);
  let out = '';
  for (const byte of bytes) {
    if (byte === 0x5c) out += '\\\\';
    else if (byte >= 0x20 && byte < 0x7f) out += String.fromCharCode(byte);
    else out += hex(byte);
  }
  return out;
}

/** C0, DEL, C1, and the characters that reorder or hide text on a terminal. */
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function escapeCharacter(character: string): string {
  return [...Buffer.from(character, 'utf8')].map(hex).join('');
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
