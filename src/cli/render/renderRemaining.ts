import type { RemainingStep } from '../../recipes/engine/index.js';
import type { Output } from '../createOutput.js';

/** Tells what a rollback could not take back, and what a person does about each, in the order in which it must be done. */
export function renderRemaining(output: Output, remaining: readonly RemainingStep[]): void {
  if (remaining.length === 0) return;
  output.warn(
    `${remaining.length} steps are still to be undone. Put right what stops them and run: wca migrate-off-root rollback. Or do it by hand, in this order:`,
  );
  for (const { id, title, message, byHand } of remaining) {
    output.warn(`  ${id} (${title}): ${message}`);
    for (const line of byHand) output.warn(`    ${line}`);
  }
}
