import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { runProgram } from '../../posix/programs/index.js';
import type { ProgramError } from '../../posix/programs/index.js';

/** visudo rejected it, or could not be run. */
export type SudoersError =
  | {
      readonly code: 'SUDOERS_INVALID';
      readonly message: string;
      /** The file, or null when the policy as a whole was checked. */
      readonly path: string | null;
      /** What visudo wrote. */
      readonly complaint: string;
    }
  | ProgramError;

/**
 * Succeeds only when visudo(8) can parse this file as sudoers; nothing is written.
 *
 * It does not see what the file does together with the others (an alias defined twice): that is
 * {@link validateSudoersWhole}. Nor does it judge whether the rule is wise, or who owns the file.
 *
 * Errors: `SUDOERS_INVALID` with visudo's words, `PROGRAM_NOT_FOUND` where sudo is not installed.
 *
 * @param file - absolute path; a name with a dot is inert in `sudoers.d`, so a temporary file there is safe
 */
export function validateSudoers(file: string): ResultAsync<void, SudoersError> {
  return new ResultAsync(check(['-c', '-f', file], file));
}

/**
 * Succeeds only when the policy that is live now parses as a whole, with owners and modes as sudo demands them.
 *
 * An invalid file in `sudoers.d` makes sudo refuse every account, the operator's included: check before and after a
 * change, and undo the change when the result differs. Errors as {@link validateSudoers}, with `path` null.
 */
export function validateSudoersWhole(): ResultAsync<void, SudoersError> {
  return new ResultAsync(check(['-c'], null));
}

async function check(args: readonly string[], path: string | null): Promise<Result<void, SudoersError>> {
  const ran = await runProgram('visudo', args, { timeoutMs: 20_000 });
  if (ran.isErr()) return err(ran.error);
  if (ran.value.exitCode === 0) return ok(undefined);
  const complaint = `${ran.value.stderr}${ran.value.stdout}`.trim().slice(0, 2000);
  const what = path === null ? 'the sudoers policy of this host' : printablePath(path);
  const words = complaint.split('\n')[0] ?? '';
  const message = `visudo rejects ${what}: ${words}; correct it first`;
  return err({ code: 'SUDOERS_INVALID', message, path: path === null ? null : printablePath(path), complaint });
}
