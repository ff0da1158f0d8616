import type { RunReport } from '../../recipes/engine/index.js';
import { nextAct } from '../renderError.js';
import type { Output } from '../createOutput.js';

/** Prints why a run failed, what to do next, and the last lines of the service's log. */
export function renderFailure(output: Output, { error }: RunReport): void {
  if (error === undefined) return;
  output.warn(`failed: ${error.error.message}`);
  const next = nextAct(error.error);
  if (next !== undefined) output.warn(`  next: ${next}`);
  const journal = 'journal' in error.error ? error.error.journal : null;
  if (typeof journal !== 'string' || journal === '') return;
  for (const line of journal.split('\n')) output.warn(`  | ${line}`);
}
