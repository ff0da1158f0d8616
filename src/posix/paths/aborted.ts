import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';

/** The caller's `signal` was aborted, and the work ended before it was complete. */
export interface Aborted {
  readonly code: 'ABORTED';
  readonly message: string;
}

/**
 * The error for work that ended because its signal was aborted.
 *
 * @param message - what was stopped, and in what state things are left
 */
export function aborted(message: string): Aborted {
  return { code: 'ABORTED', message };
}

/**
 * Lets work go on while its signal is not aborted; pure.
 *
 * @param work - what would be stopped, as the subject of a sentence: `reading /etc/php`
 */
export function unlessAborted(signal: AbortSignal | undefined, work: string): Result<void, Aborted> {
  return signal?.aborted === true ? err(aborted(`${work} was stopped on request`)) : ok();
}
