import { errAsync, okAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { checkRunnableName } from '../names/index.js';
import { parseShow } from './parseShow.js';
import { systemctl, unitNotFound } from './systemctl.js';
import type { ManagerOptions } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/**
 * What a unit is doing, in systemd's words: `systemctl --state=help`, and `refreshing` of newer versions. `other` is a
 * word that this library does not know.
 *
 * @inline
 */
export type ActiveState =
  | 'active'
  | 'reloading'
  | 'inactive'
  | 'failed'
  | 'activating'
  | 'deactivating'
  | 'maintenance'
  | 'refreshing'
  | 'other';

const KNOWN: ReadonlySet<string> = new Set<ActiveState>([
  'active',
  'reloading',
  'inactive',
  'failed',
  'activating',
  'deactivating',
  'maintenance',
  'refreshing',
]);

/** The word as one of the known ones. */
export function activeState(word: string): ActiveState {
  return isKnown(word) ? word : 'other';
}

function isKnown(word: string): word is ActiveState {
  return KNOWN.has(word);
}

/** Whether a unit is active, and in which state it is. @inline */
export interface UnitActivity {
  /** As `systemctl is-active` judges: in one of the states `active`, `reloading` and `refreshing`. */
  readonly active: boolean;
  readonly state: ActiveState;
  /** Finer, by type of unit: `running`, `exited`, `dead`, `auto-restart`, … */
  readonly subState: string;
}

/**
 * Says whether a unit is active, and tells a unit that does not exist from one that is not running.
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
export function isActive(unit: string, options: ManagerOptions = {}): ResultAsync<UnitActivity, SystemdError> {
  return checkRunnableName(unit)
    .asyncAndThen((name) =>
      systemctl(['show', '--property=LoadState,ActiveState,SubState', '--', name], { ...options, unit: name }),
    )
    .andThen(({ stdout }): ResultAsync<UnitActivity, SystemdError> => {
      const properties = parseShow(stdout);
      const state = activeState(properties.get('ActiveState') ?? '');
      if (properties.get('LoadState') === 'not-found' && state === 'inactive') return errAsync(unitNotFound(unit));
      const active = state === 'active' || state === 'reloading' || state === 'refreshing';
      return okAsync({ active, state, subState: properties.get('SubState') ?? '' });
    });
}
