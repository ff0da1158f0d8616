import type { RunReport } from '../../recipes/engine/index.js';
import type { Output } from '../createOutput.js';

/** Tells why a run failed, with the service's last words where the step kept them. */
export function renderFailure(output: Output, { error }: RunReport): void {
  if (error === undefined) return;
  output.warn(`failed: ${error.error.message}`);
  const journal = 'journal' in error.error ? error.error.journal : null;
  if (typeof journal !== 'string' || journal === '') return;
  for (const line of journal.split('\n')) output.warn(`  | ${line}`);
}
