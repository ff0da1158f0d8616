import { errAsync, okAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { printableLines, printablePath, printableText } from '../paths/index.js';
import { redactSecrets } from '../secrets/index.js';
import type { ProgramError, ProgramFailed } from './programErrors.js';
import { runProgram } from './runProgram.js';
import type { ProgramResult, RunOptions } from './runProgram.js';

/** Bytes of standard error kept in an error: the end, where programs say why. */
const STDERR_TAIL = 2_000;

/**
 * Runs one program that has to succeed: every exit status but 0, and every signal, is `PROGRAM_FAILED`.
 *
 * Everything else is as `runProgram` does it. The error carries the last 2000 characters of standard error, in which
 * secrets are hidden as far as `redactSecrets` knows them.
 *
 * @example
 * ```ts
 * import { runChecked } from '@wca/runtime-sdk/posix';
 *
 * const ran = await runChecked('visudo', ['-cf', '/etc/sudoers']);
 * if (ran.isErr()) {
 *   console.error(ran.error.code === 'PROGRAM_FAILED' ? ran.error.stderr : ran.error.message);
 * }
 * ```
 */
export function runChecked(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): ResultAsync<ProgramResult, ProgramError> {
  return runProgram(file, args, options).andThen((result) =>
    result.exitCode === 0 ? okAsync(result) : errAsync(programFailed(file, result)),
  );
}

/** The error for a program that ended other than expected; `why` replaces what it said itself. */
export function programFailed(file: string, result: ProgramResult, why?: string): ProgramFailed {
  const program = printablePath(result.command[0] ?? file);
  const stderr = printableLines(redactSecrets(result.stderr.slice(-10 * STDERR_TAIL))).slice(-STDERR_TAIL);
  const ended = result.exitCode === null ? `was ended by ${result.signal ?? 'a signal'}` : `exited ${result.exitCode}`;
  const said = printableText(why ?? stderr.trim().split('\n').at(-1) ?? '');
  const message = said === '' ? `${program} ${ended}` : `${program} ${ended}: ${said}`;
  return { code: 'PROGRAM_FAILED', message, program, exitCode: result.exitCode, stderr };
}
