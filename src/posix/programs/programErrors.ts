import { aborted, printablePath } from '../paths/index.js';
import type { Aborted } from '../paths/index.js';
import { TRUSTED_PATH } from './trustedPath.js';

/** No such program. */
export interface ProgramNotFound {
  readonly code: 'PROGRAM_NOT_FOUND';
  readonly message: string;
  readonly program: string;
}

/** The kernel refused to start the program. */
export interface ProgramNotStarted {
  readonly code: 'PROGRAM_NOT_STARTED';
  readonly message: string;
  readonly program: string;
  readonly errno: string;
}

/** The program ran longer than it may, and was killed. */
export interface ProgramTimeout {
  readonly code: 'PROGRAM_TIMEOUT';
  readonly message: string;
  readonly program: string;
  readonly timeoutMs: number;
}

/** The program wrote more than it may, and was killed. */
export interface ProgramOutputTooLarge {
  readonly code: 'PROGRAM_OUTPUT_TOO_LARGE';
  readonly message: string;
  readonly program: string;
  readonly maxOutputBytes: number;
}

/** The program ended with another status than 0, or by a signal. */
export interface ProgramFailed {
  readonly code: 'PROGRAM_FAILED';
  readonly message: string;
  readonly program: string;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** The last 2000 characters that the program wrote to standard error, printable, with its secrets hidden. */
  readonly stderr: string;
}

/** Why a program gave no answer, or failed. */
export type ProgramError =
  ProgramNotFound | ProgramNotStarted | ProgramTimeout | ProgramOutputTooLarge | ProgramFailed | Aborted;

/** The error for a program that does not exist. */
export function notFound(file: string): ProgramNotFound {
  const program = printablePath(file);
  const where = file.startsWith('/') ? '' : ` in ${TRUSTED_PATH}`;
  const hint = !file.startsWith('/') && file.includes('/') ? 'give an absolute path' : 'install it and run again';
  return { code: 'PROGRAM_NOT_FOUND', message: `${program} was not found${where}; ${hint}`, program };
}

/** What the errno means for a start (execve(2), clone(2)), and the next act where there is one. */
const NOT_STARTED: ReadonlyMap<string, readonly [fact: string, act: string]> = new Map([
  ['ENOENT', ['the file, its interpreter or the working directory does not exist', '']],
  ['EMFILE', ['this process has too many open files', '; raise its limit (ulimit -n) and run again']],
  ['ENFILE', ['the host has too many open files', '; raise fs.file-max and run again']],
  [
    'EAGAIN',
    [
      'no further process may be started here',
      '; end processes, or raise the limit (ulimit -u, TasksMax=, kernel.pid_max), and run again',
    ],
  ],
  [
    'ENOMEM',
    ['there is too little memory', '; free memory, or raise the limit (MemoryMax=, ulimit -v), and run again'],
  ],
]);

/** The error for a program that the kernel did not start; the errno comes from what was thrown. */
export function notStarted(file: string, cause: unknown): ProgramNotStarted {
  const program = printablePath(file);
  const errno = errnoOf(cause);
  const known = NOT_STARTED.get(errno);
  const why = known === undefined ? errno : `${known[0]} (${errno})${known[1]}`;
  return { code: 'PROGRAM_NOT_STARTED', message: `${program} could not be started: ${why}`, program, errno };
}

/** The error for a program that ran longer than it may. */
export function timedOut(file: string, timeoutMs: number): ProgramTimeout {
  const program = printablePath(file);
  const message = `${program} did not end within ${timeoutMs} ms and was killed with all processes it had started`;
  return { code: 'PROGRAM_TIMEOUT', message, program, timeoutMs };
}

/** The error for a program whose caller aborted it. */
export function programAborted(file: string): Aborted {
  return aborted(`${printablePath(file)} was stopped on request, with all processes it had started`);
}

/** The error for a program that wrote more than it may. */
export function tooMuch(file: string, maxOutputBytes: number): ProgramOutputTooLarge {
  const program = printablePath(file);
  const message = `${program} wrote more than ${maxOutputBytes} bytes to one output and was killed`;
  return { code: 'PROGRAM_OUTPUT_TOO_LARGE', message, program, maxOutputBytes };
}

/** The symbolic errno of something thrown, or `UNKNOWN`. */
export function errnoOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return 'UNKNOWN';
  return typeof cause.code === 'string' ? cause.code : 'UNKNOWN';
}
