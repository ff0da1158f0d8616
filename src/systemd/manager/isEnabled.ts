import { err, ok } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import type { ProgramResult } from '../../posix/programs/index.js';
import { checkUnitName } from '../names/index.js';
import { askSystemctl, systemctlFailed, unitNotFound } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** How a unit file is hooked up, in the words of systemctl(1), is-enabled; `other` is one this library does not know. */
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

/** Whether a unit is enabled. */
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
 * Tells from the files whether a unit is enabled, and tells one that has no file from one that is disabled.
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
export function isEnabled(unit: string): ResultAsync<UnitEnablement, SystemdError> {
  return checkUnitName(unit)
    .asyncAndThen((name) => askSystemctl(['is-enabled', '--', name]))
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
