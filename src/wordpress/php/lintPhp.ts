import type { ResultAsync } from 'neverthrow';
import { errAsync, okAsync } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { runProgram } from '../../posix/programs/index.js';
import type { ProgramError, ProgramResult } from '../../posix/programs/index.js';

/** PHP that does not compile, no `php` on the host, or a `php` that could not be run. */
export type PhpLintError =
  | {
      readonly code: 'PHP_SYNTAX';
      readonly message: string;
      /** The file, or `given bytes`. */
      readonly path: string;
      /** Line counted from 1, or null when PHP named none. */
      readonly line: number | null;
    }
  | { readonly code: 'PHP_MISSING'; readonly message: string }
  | ProgramError;

const TIMEOUT_MS = 20_000;

/**
 * Succeeds only when PHP itself compiles this code; nothing in it is run (`php -n -l`).
 *
 * A string is the absolute path of a file, a Buffer the code itself with its `<?php`. It says nothing about what the
 * code does, about names it needs, or about another PHP version than the one `php` on the trusted PATH is, which may
 * differ from php-fpm's. No php.ini is read, so extensions and settings of the host do not matter.
 *
 * @example
 * ```ts
 * import { lintPhp } from '@wca/runtime-sdk/wordpress';
 *
 * const sound = await lintPhp(Buffer.from('<?php echo 1;'));
 * if (sound.isErr()) console.error(sound.error.code, sound.error.message);
 * ```
 */
export function lintPhp(source: string | Buffer): ResultAsync<void, PhpLintError> {
  const shown = typeof source === 'string' ? printablePath(source) : 'given bytes';
  const file = typeof source === 'string' ? [source] : [];
  const input = typeof source === 'string' ? {} : { input: source };
  return runProgram('php', ['-n', '-d', 'display_errors=stdout', '-l', ...file], { timeoutMs: TIMEOUT_MS, ...input })
    .mapErr((error): PhpLintError => {
      if (error.code !== 'PROGRAM_NOT_FOUND') return error;
      const message = `${shown} cannot be checked: there is no php on this host; install php-cli`;
      return { code: 'PHP_MISSING', message };
    })
    .andThen((ran) => (ran.exitCode === 0 ? okAsync(undefined) : errAsync(syntaxError(ran, shown))));
}

function syntaxError({ stdout, stderr }: ProgramResult, path: string): PhpLintError {
  const said = `${stdout}\n${stderr}`.split('\n').find((text) => / on line \d+$/.test(text)) ?? '';
  const line = Number(/ on line (\d+)$/.exec(said)?.[1] ?? Number.NaN);
  // What PHP quotes is code, and code may hold a password.
  const what = said
    .replace(/ in .* on line \d+$/, '')
    .replace(/^(PHP )?/, '')
    .replace(/"[^"]*"/g, '"…"')
    .trim();
  const where = Number.isNaN(line) ? path : `${path}, line ${line}`;
  const message = `${where}: ${what === '' ? 'php -l refused it' : what}; nothing was changed`;
  return { code: 'PHP_SYNTAX', message, path, line: Number.isNaN(line) ? null : line };
}
