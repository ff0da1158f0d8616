/** The statuses a job ends with. */
export type FinalJobStatus = 'completed' | 'failed' | 'cancelled' | 'completed_no_items' | 'agent_skipped';

const FINAL: readonly FinalJobStatus[] = ['completed', 'failed', 'cancelled', 'completed_no_items', 'agent_skipped'];

/**
 * The final status a job has, or null while it is still going. A reason after the status (`failed - timeout`,
 * `failed: timeout`) does not matter.
 *
 * @example
 * ```ts
 * import { finalJobStatus } from '@wca/runtime-sdk/wordpress';
 *
 * console.log(finalJobStatus('agent_skipped - nothing to say')); // agent_skipped
 * console.log(finalJobStatus('processing')); // null
 * ```
 */
export function finalJobStatus(status: string): FinalJobStatus | null {
  const ends = (final: string): boolean =>
    status === final || status.startsWith(`${final} - `) || status.startsWith(`${final}:`);
  return FINAL.find(ends) ?? null;
}

/**
 * Whether a job ended well: completed, completed with nothing to do, or skipped by the agent.
 *
 * @example
 * ```ts
 * import { jobSucceeded } from '@wca/runtime-sdk/wordpress';
 *
 * console.log(jobSucceeded('completed_no_items'), jobSucceeded('cancelled')); // true false
 * ```
 */
export function jobSucceeded(status: string): boolean {
  const final = finalJobStatus(status);
  return final === 'completed' || final === 'completed_no_items' || final === 'agent_skipped';
}
