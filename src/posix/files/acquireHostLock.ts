import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attemptAt } from '../handles/index.js';
import { fileTypeOf, ioError, printablePath } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import { programFailed, runProgram } from '../programs/index.js';
import type { ProgramError } from '../programs/index.js';

/** A lock this process holds until it releases it or ends, however it ends. */
export interface HostLock {
  /** The lock file. */
  readonly path: string;
  /** Gives the lock up; a second call does nothing. The file stays, since removing it would split the lock in two. */
  release(): ResultAsync<void, IoError>;
}

/** Another process holds the lock. */
export interface LockHeld {
  readonly code: 'LOCKED';
  readonly message: string;
  readonly path: string;
  /** The process that wrote its pid when it took the lock; null when it had not yet. */
  readonly holderPid: number | null;
}

/** The file cannot serve as a lock. */
export interface LockFileUnsafe {
  readonly code: 'LOCK_FILE_UNSAFE';
  readonly message: string;
  readonly path: string;
  readonly reason: string;
}

/** Someone else holds the lock, the file is not one to lock, or a system call failed. */
export type LockError = LockHeld | LockFileUnsafe | IoError | ProgramError;

/** flock(1): the status for "another process holds it", chosen so that no other failure has it. */
const CONFLICT = 75;

/**
 * Takes an exclusive lock on a file, at once or not at all, that a dead process cannot hold.
 *
 * The kernel ties it to an open file of this process (flock(2)): when the process ends, even by SIGKILL, the lock is
 * gone. Child processes do not inherit it. The file is made with mode 0600, belongs to this user and holds the pid of
 * the last holder; a second call in the same process is refused like one from another.
 *
 * It keeps out only those who ask for the same lock, on this host; flock on NFS is another matter.
 *
 * Errors: `LOCKED`; `LOCK_FILE_UNSAFE` (a link, a directory, a file of another user or with a second name); `IO`;
 * the `ProgramError` of flock(1), which is in util-linux.
 */
export function acquireHostLock(path: string): ResultAsync<HostLock, LockError> {
  return new ResultAsync(acquire(path));
}

async function acquire(path: string): Promise<Result<HostLock, LockError>> {
  const opened = await open(path);
  if (opened.isErr()) return err(opened.error);
  const fd = opened.value;
  const taken = await take(fd, path);
  if (taken.isErr()) {
    closeSync(fd);
    return err(taken.error);
  }
  let held = true;
  const release = (): ResultAsync<void, IoError> => {
    const closing = (): Promise<void> => {
      if (!held) return Promise.resolve();
      held = false;
      // A plain descriptor, never a FileHandle: one of those would drop the lock when collected as garbage.
      try {
        ftruncateSync(fd, 0);
      } finally {
        closeSync(fd);
      }
      return Promise.resolve();
    };
    return ResultAsync.fromThrowable(
      async () => closing(),
      (cause) => ioError(cause, 'close', path),
    )();
  };
  return ok({ path, release });
}

async function open(path: string): Promise<Result<number, LockError>> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
  const opened = await attemptAt(path, 'open', (at) => Promise.resolve().then(() => openSync(at, flags, 0o600)));
  if (opened.isErr()) {
    const { error } = opened;
    return err(error.errno === 'ELOOP' ? unsafe(path, 'it is a symbolic link') : error);
  }
  const fd = opened.value;
  const stat = fstatSync(fd);
  const self = process.geteuid?.() ?? stat.uid;
  const reason =
    fileTypeOf(stat.mode) !== 'file'
      ? `it is a ${fileTypeOf(stat.mode)}`
      : stat.uid !== self
        ? `it belongs to uid ${stat.uid}`
        : stat.nlink > 1
          ? 'it has a second name (hard link)'
          : (stat.mode & 0o022) !== 0
            ? 'accounts other than its owner may write to it'
            : null;
  if (reason === null) return ok(fd);
  closeSync(fd);
  return err(unsafe(path, reason));
}

async function take(fd: number, path: string): Promise<Result<void, LockError>> {
  // The descriptor is shared with flock(1), and so is its lock: it stays with us when flock has ended.
  const args = ['--exclusive', '--nonblock', '--conflict-exit-code', String(CONFLICT), '3'];
  const ran = await runProgram('flock', args, { inherit: [fd], timeoutMs: 10_000 });
  if (ran.isErr()) return err(ran.error);
  if (ran.value.exitCode === CONFLICT) return err(locked(fd, path));
  if (ran.value.exitCode !== 0) return err(programFailed('flock', ran.value));
  try {
    const ours = fstatSync(fd, { bigint: true });
    const named = lstatSync(path, { bigint: true });
    if (ours.ino !== named.ino || ours.dev !== named.dev) {
      return err(unsafe(path, 'another process replaced it while it was being locked'));
    }
    ftruncateSync(fd, 0);
    writeSync(fd, `${process.pid}\n`, 0);
    return ok(undefined);
  } catch (cause) {
    return err(ioError(cause, 'write', path));
  }
}

function locked(fd: number, path: string): LockHeld {
  let holderPid: number | null = null;
  try {
    const text = readFileSync(fd, 'utf8').trim();
    if (/^[1-9][0-9]{0,9}$/.test(text)) holderPid = Number(text);
  } catch {
    // Who holds it is only for the message.
  }
  const shown = printablePath(path);
  const message =
    holderPid === null
      ? `another process holds the lock ${shown}; wait for it to end, then run again (see: fuser -v ${shown})`
      : `process ${holderPid} holds the lock ${shown}; wait for it to end, then run again (see: ps -fp ${holderPid})`;
  return { code: 'LOCKED', message, path: shown, holderPid };
}

function unsafe(path: string, reason: string): LockFileUnsafe {
  const shown = printablePath(path);
  const message = `${shown} cannot serve as a lock: ${reason}; move it away if it is not needed, then run again`;
  return { code: 'LOCK_FILE_UNSAFE', message, path: shown, reason };
}
