import { err, ok } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import { checkUnitName } from '../names/index.js';
import { isEnabled } from './isEnabled.js';
import type { EnablementState } from './isEnabled.js';
import { systemctl } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** Why a unit could not be enabled or disabled. */
export type EnablementError =
  | SystemdError
  | {
      /** systemctl was content, and the unit is still not what was asked for. */
      readonly code: 'UNIT_ENABLEMENT_DIFFERS';
      readonly message: string;
      readonly unit: string;
      readonly wanted: 'enabled' | 'disabled';
      readonly state: EnablementState;
    };

/** systemd reads all unit files again afterwards, for which it gives itself 90 s. */
const TIMEOUT_MS = 120_000;

/** Enables or disables a unit and reads back whether it is. */
export function changeEnablement(verb: 'enable' | 'disable', unit: string): ResultAsync<void, EnablementError> {
  return checkUnitName(unit)
    .asyncAndThen((name) => systemctl([verb, '--', name], { unit: name, timeoutMs: TIMEOUT_MS }))
    .andThen(() => readBack(verb, unit));
}

function readBack(verb: 'enable' | 'disable', unit: string): ResultAsync<void, EnablementError> {
  return isEnabled(unit)
    .mapErr((error): EnablementError => error)
    .andThen(({ enabled, state }) => judge(verb, unit, enabled, state))
    .orElse((error) =>
      // What was linked from elsewhere has no file any more once it is disabled.
      verb === 'disable' && error.code === 'UNIT_NOT_FOUND' ? ok(undefined) : err(error),
    );
}

function judge(
  verb: 'enable' | 'disable',
  unit: string,
  enabled: boolean,
  state: EnablementState,
): Result<void, EnablementError> {
  // `indirect`: it has nothing but an Also=, and what that names has been enabled.
  if (verb === 'enable' ? enabled || state === 'indirect' : !enabled) return ok(undefined);
  const why =
    verb === 'enable'
      ? 'its [Install] section names nothing that would start it; add WantedBy= and run again'
      : 'something else than its [Install] section links to it; find it with: systemctl status';
  const message = `systemctl ${verb} ${unit} changed nothing: it is '${state}'; ${why}`;
  return err({ code: 'UNIT_ENABLEMENT_DIFFERS', message, unit, wanted: `${verb}d`, state });
}
