import { errAsync, okAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { activeState } from './activeState.js';
import type { ActiveState } from './activeState.js';
import { checkRunnableName } from '../names/index.js';
import { parseShow } from './parseShow.js';
import { systemctl, unitNotFound } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** Whether a unit is active, and in which state it is. */
export interface UnitActivity {
  /** As `systemctl is-active` judges: in one of the states `active`, `reloading` and `refreshing`. */
  readonly active: boolean;
  readonly state: ActiveState;
  /** Finer, by type of unit: `running`, `exited`, `dead`, `auto-restart`, … */
  readonly subState: string;
}

/**
 * Tells what a unit is doing at this moment, and tells one that does not exist from one that does not run.
 *
 * (`systemctl is-active` says `inactive` of both.) A unit that runs although its file is gone exists. An active service
 * may be one that dies and is started again all the time: use `awaitHealthy` to know.
 *
 * Errors: `UNIT_NOT_FOUND`, `INVALID_UNIT_NAME`, and the others of `SystemdError`.
 *
 * @example
 * ```ts
 * import { isActive } from '@wca/runtime-sdk/systemd';
 *
 * const answer = await isActive('kimaki.service');
 * if (answer.isErr()) console.error(answer.error.code, answer.error.message);
 * else console.log(answer.value.active, answer.value.state);
 * ```
 */
export function isActive(unit: string): ResultAsync<UnitActivity, SystemdError> {
  return checkRunnableName(unit)
    .asyncAndThen((name) =>
      systemctl(['show', '--property=LoadState,ActiveState,SubState', '--', name], { unit: name }),
    )
    .andThen(({ stdout }): ResultAsync<UnitActivity, SystemdError> => {
      const properties = parseShow(stdout);
      const state = activeState(properties.get('ActiveState') ?? '');
      if (properties.get('LoadState') === 'not-found' && state === 'inactive') return errAsync(unitNotFound(unit));
      const active = state === 'active' || state === 'reloading' || state === 'refreshing';
      return okAsync({ active, state, subState: properties.get('SubState') ?? '' });
    });
}
