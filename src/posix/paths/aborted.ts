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
