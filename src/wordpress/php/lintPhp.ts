import type { ResultAsync } from 'neverthrow';
import { errAsync, okAsync } from 'neverthrow';
import { printablePath, printableText } from '../../posix/paths/index.js';
import { runProgram } from '../../posix/programs/index.js';
import type { ProgramError, ProgramResult } from '../../posix/programs/index.js';

/** PHP rejects the code. */
export interface PhpSyntax {
  readonly code: 'PHP_SYNTAX';
  readonly message: string;
  /** The file, or `given bytes`. */
  readonly path: string;
  /** Line counted from 1; null when PHP named none. */
  readonly line: number | null;
}

/** The host has no PHP command line. */
export interface PhpMissing {
  readonly code: 'PHP_MISSING';
  readonly message: string;
}

/** Why the code is not accepted, or could not be checked. */
export type PhpLintError = PhpSyntax | PhpMissing | ProgramError;

const TIMEOUT_MS = 20_000;

/**
 * Checks that PHP compiles this code (`php -n -l`). Nothing of the code is run.
 *
 * It does not check what the code does, whether the names it uses exist, or whether another PHP version than the `php`
 * on the trusted PATH accepts it; php-fpm can be of another version. No php.ini is read.
 *
 * Errors: `PHP_SYNTAX`; `PHP_MISSING`; those of running a program, `ABORTED` among them.
 *
 * @param source - absolute path of a file; or a Buffer with the code, `<?php` included
 * @param options - `path`: the file that the bytes are for, which errors then name
 *
 * @example
 * ```ts
 * import { lintPhp } from '@wca/runtime-sdk/wordpress';
 *
 * const sound = await lintPhp(Buffer.from('<?php echo 1;'));
 * if (sound.isErr()) console.error(sound.error.code, sound.error.message);
 * ```
 */
export function lintPhp(
  source: string | Buffer,
  { path, signal }: { readonly path?: string; readonly signal?: AbortSignal } = {},
): ResultAsync<void, PhpLintError> {
  const named = typeof source === 'string' ? source : path;
  const shown = named === undefined ? 'given bytes' : printablePath(named);
  const file = typeof source === 'string' ? [source] : [];
  const input = typeof source === 'string' ? {} : { input: source };
  const args = ['-n', '-d', 'display_errors=stdout', '-l', ...file];
  return runProgram('php', args, { timeoutMs: TIMEOUT_MS, ...input, ...(signal === undefined ? {} : { signal }) })
    .mapErr((error): PhpLintError => {
      if (error.code !== 'PROGRAM_NOT_FOUND') return error;
      const message = `${shown} cannot be checked, because this host has no php; install php-cli`;
      return { code: 'PHP_MISSING', message };
    })
    .andThen((ran) => (ran.exitCode === 0 ? okAsync(undefined) : errAsync(syntaxError(ran, shown))));
}

function syntaxError({ stdout, stderr }: ProgramResult, path: string): PhpLintError {
  const said = `${stdout}\n${stderr}`.split('\n').find((text) => / on line \d+$/.test(text)) ?? '';
  const line = Number(/ on line (\d+)$/.exec(said)?.[1] ?? Number.NaN);
  // PHP quotes code, and code can contain a password.
  const what = said
    .replace(/ in .* on line \d+$/, '')
    .replace(/^(PHP )?/, '')
    .replace(/"[^"]*"/g, '"…"');
  const where = Number.isNaN(line) ? path : `${path}, line ${line}`;
  const message = `${where}: ${what.trim() === '' ? 'php -l rejects it' : printableText(what.trim())}. Nothing was changed`;
  return { code: 'PHP_SYNTAX', message, path, line: Number.isNaN(line) ? null : line };
}
