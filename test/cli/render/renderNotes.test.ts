import { expect, it } from 'vitest';
import { renderNotes } from '../../../src/cli/render/renderNotes.js';
import type { Output } from '../../../src/cli/createOutput.js';

it('gives each note of each step a line', () => {
  const lines: string[] = [];
  const output = { warn: (line: string) => void lines.push(line) } as Pick<Output, 'warn'> as Output;
  const step = {
    id: 'a',
    title: 'A',
    undo: 'B',
    kind: 'k',
    phase: 'window' as const,
    state: 'undone' as const,
    durationMs: 1,
  };
  renderNotes(output, { steps: [{ ...step, notes: ['one', 'two'] }, step, { ...step, notes: ['three'] }] });
  expect(lines).toEqual(['note: one', 'note: two', 'note: three']);
});
