import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { Bridge } from '../../../kimaki/bridges/index.js';
import { remedy } from '../../../posix/findings/index.js';
import { isAtOrBelow } from '../../../posix/paths/index.js';
import { refusal } from '../../host/index.js';
import type { MigrationRefusal } from '../../host/index.js';

/** Commands for WP-CLI that the unit gives to the agent. */
const WP_COMMANDS = ['DATAMACHINE_WP_CMD', 'DATAMACHINE_WP_TRANSPORT_JSON'];

/**
 * Refuses environment files that set what the migration changes in the unit: they win over `Environment=`, and are not edited.
 * Pure.
 *
 * @param variables - of all environment files, the last that wins
 * @param oldHomes - homes that will be closed to the service
 */
export function refuseEnvironment(
  unit: string,
  variables: Readonly<Record<string, string>>,
  { bridge, oldHomes }: { readonly bridge: Bridge; readonly oldHomes: readonly string[] },
): Result<void, MigrationRefusal> {
  const wrong = Object.keys(variables).find((name) => {
    const value = variables[name] ?? '';
    if (WP_COMMANDS.includes(name)) return value.includes('--allow-root');
    if (name !== 'HOME' && name !== bridge.variables.dataDir) return false;
    return oldHomes.some((home) => isAtOrBelow(value, home));
  });
  if (wrong === undefined) return ok(undefined);
  const message = `an environment file of ${unit} sets ${wrong} as it was for root, and wins over what the unit says`;
  return err(refusal('SETTING_AGAINST', unit, message, remedy.text(`take ${wrong} out of that file, and plan again`)));
}
