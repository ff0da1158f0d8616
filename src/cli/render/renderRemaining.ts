import type { RunReport } from '../../recipes/engine/index.js';
import { nextAct } from '../renderError.js';
import type { Output } from '../createOutput.js';

/** Prints the steps that a rollback could not undo, and how to undo each by hand, in the order in which it must be done. */
export function renderRemaining(output: Output, { remaining, steps }: Pick<RunReport, 'remaining' | 'steps'>): void {
  if (remaining.length === 0) return;
  output.warn(
    `${remaining.length} steps are not undone. Repair what stops them and run wca migrate-off-root rollback again, or undo them by hand in this order:`,
  );
  for (const { id, title, message, byHand } of remaining) {
    output.warn(`  ${id} (${title}): ${message}`);
    const error = steps.find((step) => step.id === id)?.error;
    const next = error === undefined ? undefined : nextAct(error);
    if (next !== undefined) output.warn(`    next: ${next}`);
    for (const line of byHand) output.warn(`    ${line}`);
  }
}
