import type { RunReport } from '../../recipes/engine/index.js';
import type { Output } from '../createOutput.js';

/** Prints what undoing left alone on purpose, or did differently, once at the end of a command; `-q` does not hide it. */
export function renderNotes(output: Output, { steps }: Pick<RunReport, 'steps'>): void {
  for (const { notes = [] } of steps) for (const note of notes) output.warn(`note: ${note}`);
}
