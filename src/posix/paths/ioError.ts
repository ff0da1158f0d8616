import { printablePath } from './printable.js';

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
 * The message is a sentence that begins with the path, and names the next act where one is safe whatever the path is
 * for. A caller that knows more says it in an error of its own.
 *
 * @param cause - what was thrown or rejected
 * @param syscall - the call as its man page names it (`open`, `rename`, `fsync`)
 * @param path - the path it was made on
 */
export function ioError(cause: unknown, syscall: string, path: string | Buffer): IoError {
  const shown = printablePath(path);
  const errno = hasCode(cause) ? cause.code : 'UNKNOWN';
  const known = SENTENCES.get(errno);
  const detail = errno === 'UNKNOWN' ? (cause instanceof Error ? cause.message : String(cause)) : errno;
  // The sentence says all about a lookup; about a change also which call it was, since a change makes several.
  const call = LOOKUPS.has(syscall) ? '' : ` (${syscall}: ${errno})`;
  const [fact = '', act = ''] = known ?? [];
  const message =
    known === undefined
      ? `${shown}: ${syscall} failed: ${detail}`
      : `${shown} ${fact}${call}${act === '' ? '' : `; ${act.replaceAll('PATH', () => shown)}`}`;
  return { code: 'IO', message, syscall, path: shown, errno };
}

const LOOKUPS = new Set(['open', 'stat', 'lstat', 'fstat', 'read', 'readdir', 'readlink', 'realpath', 'access']);

/** What the errno means for the path (errno(3)), and the next act where there is one. */
const SENTENCES: ReadonlyMap<string, readonly [fact: string, act?: string]> = new Map([
  ['ENOENT', ['does not exist']],
  ['ENOTDIR', ['cannot be reached: a component of the path is not a directory']],
  ['EISDIR', ['is a directory']],
  ['EEXIST', ['exists already']],
  ['ENOTEMPTY', ['is not empty']],
  ['ELOOP', ['is, or leads through, a symbolic link that is not followed, or a loop of links']],
  ['EACCES', ['may not be accessed by this user', 'see what refuses with: namei -l PATH']],
  ['EPERM', ['may not be changed by this user', 'run as root, and look for an immutable attribute: lsattr -d PATH']],
  ['EROFS', ['is on a filesystem that is mounted read-only']],
  ['ENOSPC', ['is on a full filesystem', 'free space or inodes (df -h, df -i), then run again']],
  ['EDQUOT', ['is on a filesystem where a quota is used up', 'free space, then run again']],
  ['EMFILE', ['cannot be opened: this process has too many open files', 'raise its limit (ulimit -n)']],
  ['ENFILE', ['cannot be opened: the host has too many open files', 'raise fs.file-max']],
  ['EIO', ['cannot be read or written: the device reports an error', 'see the kernel log: dmesg']],
  ['ESTALE', ['is on a network filesystem whose server no longer knows it', 'mount it again']],
  ['ENOTCONN', ['is on a filesystem whose server or FUSE program has ended', 'mount it again']],
  ['EBUSY', ['is in use by the kernel, as a mount point for example']],
  ['EXDEV', ['cannot be renamed onto another filesystem']],
  ['ENAMETOOLONG', ['is longer than a path or a name may be']],
  ['ETXTBSY', ['is a program that is running']],
] satisfies readonly (readonly [string, readonly [fact: string, act?: string]])[]);

function hasCode(cause: unknown): cause is { readonly code: string } {
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string';
}
