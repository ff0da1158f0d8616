import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableLines } from '../../posix/paths/index.js';
import { runChecked } from '../../posix/programs/index.js';
import { checkUnitName } from '../names/index.js';
import { isSecretName, redactSecrets } from '../../posix/secrets/index.js';
import { showUnit } from './showUnit.js';
import type { ManagerOptions } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/**
 * Gives the last lines of a unit's journal, oldest first, with its secrets hidden.
 *
 * Hidden is what `redactSecrets` finds, and every value that the unit's `Environment=` gives to a secret's name,
 * wherever it stands. A secret from an `EnvironmentFile=` or of the program's own is found only by its name or shape.
 * Control characters come out as `\xHH`. A unit without journal gives an empty text.
 *
 * Errors: `INVALID_UNIT_NAME`, `PROGRAM_FAILED` (no permission to read the journal, for example), and the others of
 * `SystemdError`.
 *
 * @param options - `lines`: how many at most, default 20
 *
 * @example
 * ```ts
 * import { readJournal } from '@wca/runtime-sdk/systemd';
 *
 * const tail = await readJournal('kimaki.service', { lines: 20 });
 * if (tail.isErr()) console.error(tail.error.message);
 * else console.log(tail.value);
 * ```
 */
export function readJournal(
  unit: string,
  options: ManagerOptions & { readonly lines?: number } = {},
): ResultAsync<string, SystemdError> {
  return new ResultAsync(tail(unit, options));
}

async function tail(
  unit: string,
  { lines = 20, ...options }: ManagerOptions & { readonly lines?: number },
): Promise<Result<string, SystemdError>> {
  const name = checkUnitName(unit);
  if (name.isErr()) return err(name.error);
  const count = String(Math.max(1, Math.trunc(lines)));
  const args = ['--no-pager', '--quiet', '--no-hostname', '--output=short-iso', `--lines=${count}`, `--unit=${unit}`];
  const read = await runChecked('journalctl', args, { ...options, timeoutMs: 15_000 });
  if (read.isErr()) return err(read.error);
  // A unit that is gone or masked has no environment with secrets to hide; its journal is shown all the same.
  const environment = (await showUnit(unit, options)).map((state) => state.environment).unwrapOr({});
  const secrets = Object.entries(environment)
    .filter(([variable]) => isSecretName(variable))
    .map(([, value]) => value);
  return ok(redactSecrets(printableLines(read.value.stdout.trimEnd()), secrets));
}
