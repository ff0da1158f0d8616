/**
 * A system call on one path failed. The record survives `JSON.stringify`.
 *
 * `errno` is the symbolic name the kernel gave (`ENOENT`, `EACCES`, `EROFS` …), or `UNKNOWN` when the
 * failure carried none. `path` is printable: bytes that are not UTF-8 appear escaped.
 */
export interface IoError {
  readonly code: 'IO';
  readonly message: string;
  readonly syscall: string;
  readonly path: string;
  readonly errno: string;
}

/**
 * Turns whatever a Node file call threw into an {@link IoError}; never throws itself.
 *
 * It does not translate the errno into advice: callers that know what the path was for say so in an error
 * of their own.
 *
 * @param cause - what was thrown or rejected
 * @param syscall - the call as its man page names it (`open`, `rename`, `fsync`)
 * @param path - the path it was made on
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { ResultAsync } from 'neverthrow';
 * import { ioError } from '@wca/runtime-sdk/posix';
 *
 * const read = await ResultAsync.fromPromise(readFile('/etc/hostname', 'utf8'), (e) => ioError(e, 'open', '/etc/hostname'));
 * if (read.isErr()) console.error(read.error.errno, read.error.message);
 * ```
 */
export function ioError(cause: unknown, syscall: string, path: string | Buffer): IoError {
  const shown = printablePath(path);
  const errno = hasCode(cause) ? cause.code : 'UNKNOWN';
  const detail = errno === 'UNKNOWN' ? (cause instanceof Error ? cause.message : String(cause)) : errno;
  return { code: 'IO', message: `${syscall} failed on ${shown}: ${detail}`, syscall, path: shown, errno };
}

/**
 * Shows a path on one line: control characters, quotes-breaking bytes and invalid UTF-8 come out as `\xHH`.
 *
 * Two different paths never print alike, since a backslash is doubled. It is for people and messages, not
 * for opening the file again.
 *
 * @example
 * ```ts
 * import { printablePath } from '@wca/runtime-sdk/posix';
 *
 * console.log(printablePath(Buffer.from([0x61, 0xff, 0x0a]))); // a\xff\x0a
 * ```
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

function hasCode(cause: unknown): cause is { readonly code: string } {
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string';
}
