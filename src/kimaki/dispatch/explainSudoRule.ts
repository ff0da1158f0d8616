import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { runProgram } from '../../posix/programs/index.js';
import type { ProgramError } from '../../posix/programs/index.js';

/** Whether sudo's policy, as it stands, lets a caller run a command as somebody else. */
export interface SudoRule {
  readonly allowed: boolean;
  /** Whether a rule that sudo reads for the caller names the command. If one does and is not applied, it is shadowed. */
  readonly listed: boolean;
  /** What sudo said when it does not, or null. */
  readonly reason: string | null;
}

/**
 * Tells whether sudo would let `caller` run this command as `runAs`, by asking sudo itself (`sudo -l -U`).
 *
 * The whole policy counts: a later rule that forbids it, a directory that is not included, another name
 * service. It does not tell whether a password would be asked, whether the account phase of PAM passes, or
 * whether the caller's sandbox forbids setuid programs: only a run as the caller shows that.
 * Needs root. Errors: those of running sudo.
 *
 * @param command - absolute path, then arguments
 */
export function explainSudoRule(
  caller: string,
  runAs: string,
  command: readonly string[],
): ResultAsync<SudoRule, ProgramError> {
  return new ResultAsync(explain(caller, runAs, command));
}

async function explain(
  caller: string,
  runAs: string,
  command: readonly string[],
): Promise<Result<SudoRule, ProgramError>> {
  const ran = await runProgram('sudo', ['-n', '-l', '-U', caller, '-u', runAs, ...command], { timeoutMs: 20_000 });
  if (ran.isErr()) return err(ran.error);
  const listing = await runProgram('sudo', ['-n', '-l', '-U', caller], { timeoutMs: 20_000 });
  if (listing.isErr()) return err(listing.error);
  const [program = ''] = command;
  // sudo lists commands with its separators escaped, as they have to be written.
  const listed = listing.value.stdout.replace(/\\(.)/g, '$1').includes(program);
  if (ran.value.exitCode === 0) return ok({ allowed: true, listed, reason: null });
  const words = ran.value.stderr.trim().slice(0, 1000);
  const why = listed
    ? `a later rule forbids ${caller} to run it as ${runAs}`
    : `no rule lets ${caller} run it as ${runAs}`;
  return ok({ allowed: false, listed, reason: words === '' ? why : words });
}
