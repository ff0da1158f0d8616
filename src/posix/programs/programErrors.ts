import { printablePath } from '../paths/index.js';
import type { ProgramError } from './runProgram.js';
import { TRUSTED_PATH } from './trustedPath.js';

/** No such program. */
export function notFound(file: string): ProgramError {
  const program = printablePath(file);
  const where = file.startsWith('/') ? '' : ` in ${TRUSTED_PATH}`;
  const hint = !file.startsWith('/') && file.includes('/') ? 'give an absolute path' : 'install it and run again';
  return { code: 'PROGRAM_NOT_FOUND', message: `${program} was not found${where}; ${hint}`, program };
}

/** The kernel refused to start it; the errno comes from whatever was thrown. */
export function notStarted(file: string, cause: unknown): ProgramError {
  const program = printablePath(file);
  const errno = errnoOf(cause);
  const why = errno === 'ENOENT' ? 'it, its interpreter or the working directory does not exist (ENOENT)' : errno;
  return { code: 'PROGRAM_NOT_STARTED', message: `${program} could not be started: ${why}`, program, errno };
}

/** Its time was over. */
export function timedOut(file: string, timeoutMs: number): ProgramError {
  const program = printablePath(file);
  const message = `${program} did not end within ${timeoutMs} ms and was killed with all it had started`;
  return { code: 'PROGRAM_TIMEOUT', message, program, timeoutMs };
}

/** Its caller no longer wants it. */
export function aborted(file: string): ProgramError {
  const program = printablePath(file);
  return { code: 'PROGRAM_ABORTED', message: `${program} was stopped on request, with all it had started`, program };
}

/** It wrote more than it may. */
export function tooMuch(file: string, maxOutputBytes: number): ProgramError {
  const program = printablePath(file);
  const message = `${program} wrote more than ${maxOutputBytes} bytes to one output and was killed`;
  return { code: 'PROGRAM_OUTPUT_TOO_LARGE', message, program, maxOutputBytes };
}

/** The symbolic errno of something thrown, or `UNKNOWN`. */
export function errnoOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return 'UNKNOWN';
  return typeof cause.code === 'string' ? cause.code : 'UNKNOWN';
}
