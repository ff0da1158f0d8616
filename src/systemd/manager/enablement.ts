import { err, ok } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import type { ProgramResult } from '../../posix/programs/index.js';
import { checkUnitName } from '../names/index.js';
import { askSystemctl, systemctlFailed, unitNotFound, systemctl } from './systemctl.js';
import type { ManagerOptions } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/**
 * How a unit file is hooked up, in the words of systemctl(1), is-enabled; `other` is one this library does not know.
 *
 * @inline
 */
export type EnablementState =
  | 'enabled'
  | 'enabled-runtime'
  | 'linked'
  | 'linked-runtime'
  | 'alias'
  | 'masked'
  | 'masked-runtime'
  | 'static'
  | 'indirect'
  | 'disabled'
  | 'generated'
  | 'transient'
  | 'bad'
  | 'other';

/** Whether a unit is enabled. @inline */
export interface UnitEnablement {
  /** Links of its `[Install]` section are there: in /etc (`enabled`), or until the next boot (`enabled-runtime`). */
  readonly enabled: boolean;
  readonly state: EnablementState;
}

const KNOWN: ReadonlySet<string> = new Set<EnablementState>([
  'enabled',
  'enabled-runtime',
  'linked',
  'linked-runtime',
  'alias',
  'masked',
  'masked-runtime',
  'static',
  'indirect',
  'disabled',
  'generated',
  'transient',
  'bad',
]);

/**
 * Says from the files whether a unit is enabled, and tells a unit without a file from a disabled one.
 *
 * Not enabled is not "never started": a `static` unit, and a disabled one too, may be pulled in by another unit, a
 * timer or a socket. For an alias (`alias`) ask about the unit itself. A template (`name@.service`) may be asked about.
 *
 * Errors: `UNIT_NOT_FOUND`, `INVALID_UNIT_NAME`, and the others of `SystemdError`.
 *
 * @example
 * ```ts
 * import { isEnabled } from '@wca/runtime-sdk/systemd';
 *
 * const answer = await isEnabled('kimaki.service');
 * if (answer.isErr()) console.error(answer.error.code, answer.error.message);
 * else console.log(answer.value.enabled, answer.value.state);
 * ```
 */
export function isEnabled(unit: string, options: ManagerOptions = {}): ResultAsync<UnitEnablement, SystemdError> {
  return checkUnitName(unit)
    .asyncAndThen((name) => askSystemctl(['is-enabled', '--', name], options))
    .andThen((ran) => answerOf(ran, unit));
}

/** The exit status says no more than the word; `not-found` is the word of systemd 253 and later. */
function answerOf(ran: ProgramResult, unit: string): Result<UnitEnablement, SystemdError> {
  const word = ran.stdout.trim();
  if (word === 'not-found' || (word === '' && ran.stderr.includes('No such file or directory')))
    return err(unitNotFound(unit));
  if (word === '') return err(systemctlFailed(ran, 'is-enabled', unit));
  const state = isKnown(word) ? word : 'other';
  return ok({ enabled: state === 'enabled' || state === 'enabled-runtime', state });
}

function isKnown(word: string): word is EnablementState {
  return KNOWN.has(word);
}

/** Why a unit could not be enabled or disabled. */
export type EnablementError = SystemdError | EnablementDiffers;

/** systemctl exited 0, and the unit is still not what was asked for. */
export interface EnablementDiffers {
  readonly code: 'UNIT_ENABLEMENT_DIFFERS';
  readonly message: string;
  readonly unit: string;
  readonly wanted: 'enabled' | 'disabled';
  readonly state: EnablementState;
}

/** systemd reads all unit files again afterwards, for which it gives itself 90 s. */
const TIMEOUT_MS = 120_000;

/** Enables or disables a unit and reads back whether it is. */
export function changeEnablement(
  verb: 'enable' | 'disable',
  unit: string,
  options: ManagerOptions,
): ResultAsync<void, EnablementError> {
  return checkUnitName(unit)
    .asyncAndThen((name) => systemctl([verb, '--', name], { ...options, unit: name, timeoutMs: TIMEOUT_MS }))
    .andThen(() => readBack(verb, unit, options));
}

function readBack(
  verb: 'enable' | 'disable',
  unit: string,
  options: ManagerOptions,
): ResultAsync<void, EnablementError> {
  return isEnabled(unit, options)
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
      ? 'its [Install] section names no unit that starts it; add WantedBy= and run again'
      : 'a link that is not from its [Install] section enables it; find it with: systemctl status';
  const message = `systemctl ${verb} ${unit} changed nothing: it is '${state}'; ${why}`;
  return err({ code: 'UNIT_ENABLEMENT_DIFFERS', message, unit, wanted: `${verb}d`, state });
}

/**
 * Makes the links that the unit's `[Install]` section asks for, so that it starts at boot, and reads back that it is
 * enabled; one that is enabled stays as it is.
 *
 * It does not start the unit. What `Also=` names is enabled with it; where that is all, the unit itself is `indirect`. Of
 * a template its `DefaultInstance=` is enabled. systemd reads all unit files again. A unit without an `[Install]` section
 * is an error, although `systemctl enable` answers 0 for it.
 *
 * Errors: `UNIT_NOT_FOUND`, `UNIT_MASKED`, `UNIT_ENABLEMENT_DIFFERS` (with the state it has), `SYSTEMCTL_FAILED` (an
 * alias, a template without default instance), and the others of `SystemdError`.
 *
 * Source: systemctl(1), enable.
 *
 * @example
 * ```ts
 * import { enableUnit } from '@wca/runtime-sdk/systemd';
 *
 * const enabled = await enableUnit('kimaki.service');
 * if (enabled.isErr()) console.error(enabled.error.code, enabled.error.message);
 * ```
 */
export function enableUnit(unit: string, options: ManagerOptions = {}): ResultAsync<void, EnablementError> {
  return changeEnablement('enable', unit, options);
}

/**
 * Removes all links in /etc that enable the unit, and reads back that it is not enabled; one that is not stays as it is.
 *
 * It does not stop the unit, and does not keep other units, timers or sockets from starting it: see `maskUnits`. A
 * linked unit (its file lies outside the search path) is unlinked, and systemd then no longer knows it. systemd reads
 * all unit files again.
 *
 * Errors: `UNIT_NOT_FOUND`, `UNIT_ENABLEMENT_DIFFERS` (enabled until the next boot, for example), and the others of
 * `SystemdError`.
 *
 * Source: systemctl(1), disable.
 *
 * @example
 * ```ts
 * import { disableUnit } from '@wca/runtime-sdk/systemd';
 *
 * const disabled = await disableUnit('kimaki.service');
 * if (disabled.isErr()) console.error(disabled.error.code, disabled.error.message);
 * ```
 */
export function disableUnit(unit: string, options: ManagerOptions = {}): ResultAsync<void, EnablementError> {
  return changeEnablement('disable', unit, options);
}
