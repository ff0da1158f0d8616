import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { WantedIdentity } from './identityMismatch.js';
import { journalTail, questionTime, runState, unitMasked } from '../manager/index.js';
import type { RunState, SystemdError } from '../manager/index.js';

/** What the service must be, and for how long. */
export interface HealthRequest extends WantedIdentity {
  /** Seconds for which the same process must live. Default: `defaultHoldSeconds` of the unit's `RestartSec=`. */
  readonly holdSeconds?: number;
  /** Milliseconds for everything, coming up included. Default: the hold and 90 s, systemd's own limit for a start. */
  readonly deadlineMs?: number;
  /**
   * `accept`: for oneshots, one that has ended well (`inactive` or `active (exited)`, result success) is healthy. One
   * that nothing refers to is forgotten by systemd as soon as it is inactive, and so looks like that before its start too.
   */
  readonly finished?: 'accept';
  /** Called with a short sentence at each change. */
  readonly onProgress?: (message: string) => void;
  /** Aborting it ends the wait as if the time were over. */
  readonly signal?: AbortSignal;
}

/** A service that held. Ids, groups and umask are those of its process; null for a oneshot that has ended. */
export interface HealthReport {
  /** 0 for a oneshot that has ended. */
  readonly mainPid: number;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly groups: readonly number[] | null;
  readonly umask: number | null;
  /** Milliseconds for which the same process was seen. */
  readonly heldMs: number;
}

/** A service that did not come up or stay, or is not what it should be. Secrets are hidden in all of it. */
export type UnhealthyError =
  | SystemdError
  | {
      /**
       * `UNIT_DID_NOT_START`: it failed, ended, or kept restarting. `UNIT_DID_NOT_STAY`: it was up and its process
       * changed. `UNIT_IDENTITY_WRONG`: it is up with other ids, groups or umask. `UNIT_WITHOUT_MAIN_PROCESS`: it is
       * up and systemd does not know which process to watch. `HEALTH_TIMEOUT`: the time was over.
       */
      readonly code:
        | 'UNIT_DID_NOT_START'
        | 'UNIT_DID_NOT_STAY'
        | 'UNIT_IDENTITY_WRONG'
        | 'UNIT_WITHOUT_MAIN_PROCESS'
        | 'HEALTH_TIMEOUT';
      readonly message: string;
      readonly unit: string;
      /** What systemd said at that moment. */
      readonly seen: RunState;
      /** Its last lines; empty when they could not be read. */
      readonly journal: string;
    };

/** The request with its defaults, and the moment at which all must be over. */
export interface Watch extends HealthRequest {
  readonly holdSeconds: number;
  readonly deadline: number;
}

/** Between two looks. */
export const POLL_MS = 250;
const JOURNAL_LINES = 15;

export function timeIsOver({ deadline, signal }: Watch): boolean {
  return performance.now() > deadline || signal?.aborted === true;
}

/** What systemd says now. A masked unit will not come up, and one that still runs says nothing of its settings. */
export async function look(unit: string, { deadline }: Watch): Promise<Result<RunState, SystemdError>> {
  const asked = await runState(unit, questionTime(deadline));
  return asked.andThen((state) => (state.loadState === 'masked' ? err(unitMasked(unit)) : ok(state)));
}

/** The error, with the end of the journal. */
export async function unhealthy(
  code: Extract<UnhealthyError, { readonly journal: string }>['code'],
  unit: string,
  seen: RunState,
  what: string,
): Promise<UnhealthyError> {
  const journal = (await journalTail(unit, JOURNAL_LINES)).unwrapOr('');
  return { code, message: `${unit} ${what}; see: journalctl -u ${unit}`, unit, seen, journal };
}
