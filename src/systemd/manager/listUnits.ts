import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import type { ProgramResult } from '../../posix/programs/index.js';
import { askSystemctl, systemctlFailed } from './systemctl.js';
import type { ManagerOptions } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/**
 * Gives the names of all services and timers that are installed or loaded and match a pattern, sorted, each once.
 *
 * Disabled, inactive and masked ones are among them; templates (`name@.service`) are not, their loaded instances are.
 * Aliases are listed under their own names. A unit that others merely mention, and that has no file, is not listed.
 *
 * Errors: `INVALID_UNIT_NAME` for a pattern that no unit name can match, and the others of `SystemdError`.
 *
 * @param patterns - names with `*`, `?` and `[…]` as in `systemctl list-units`, for example `kimaki*.service`
 *
 * @example
 * ```ts
 * import { listUnits } from '@wca/runtime-sdk/systemd';
 *
 * const units = await listUnits(['kimaki*.service', 'datamachine-worker.timer']);
 * if (units.isErr()) console.error(units.error.message);
 * else console.log(units.value.join('\n'));
 * ```
 */
export function listUnits(
  patterns: readonly string[],
  options: ManagerOptions = {},
): ResultAsync<readonly string[], SystemdError> {
  return new ResultAsync(list(patterns, options));
}

async function list(
  patterns: readonly string[],
  options: ManagerOptions,
): Promise<Result<readonly string[], SystemdError>> {
  const wrong = patterns.find((pattern) => !/^[A-Za-z0-9:_.\\@*?[\]!-]{1,255}$/.test(pattern));
  if (wrong !== undefined) {
    const unit = printablePath(wrong).slice(0, 80);
    return err({
      code: 'INVALID_UNIT_NAME',
      message: `'${unit}' cannot match a unit name; use a pattern such as kimaki*.service`,
      unit,
    });
  }
  if (patterns.length === 0) return ok([]);
  const common = ['--plain', '--no-legend', '--full', '--type=service', '--type=timer', '--', ...patterns];
  const [files, loaded] = await Promise.all([
    askSystemctl(['list-unit-files', ...common], options).andThen((ran) => rows(ran, 'list-unit-files')),
    askSystemctl(['list-units', '--all', ...common], options).andThen((ran) => rows(ran, 'list-units')),
  ]);
  if (files.isErr()) return err(files.error);
  if (loaded.isErr()) return err(loaded.error);
  const names = [
    ...files.value.map(([name]) => name ?? ''),
    ...loaded.value.filter(([, load]) => load !== 'not-found').map(([name]) => name ?? ''),
  ];
  return ok([...new Set(names)].filter((name) => name !== '' && !name.includes('@.')).sort());
}

/** Words of each line. `list-unit-files` exits 1, silently, when nothing matches. */
function rows(ran: ProgramResult, verb: string): Result<readonly (readonly string[])[], SystemdError> {
  if (ran.exitCode !== 0 && (ran.stderr.trim() !== '' || ran.exitCode !== 1))
    return err(systemctlFailed(ran, verb, null));
  return ok(
    ran.stdout
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.trim().split(/\s+/)),
  );
}
