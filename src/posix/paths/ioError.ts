import { printablePath } from './printablePath.js';

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

function hasCode(cause: unknown): cause is { readonly code: string } {
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string';
}
