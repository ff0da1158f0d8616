import { expect, it } from 'vitest';
import { renderNotes } from '../../../src/cli/render/renderNotes.js';
import type { Output } from '../../../src/cli/createOutput.js';
import { sampleReport } from '../samplePlan.js';

it('gives each note of each step a line', () => {
  const lines: string[] = [];
  const output = { warn: (line: string) => void lines.push(line) } as Pick<Output, 'warn'> as Output;
  renderNotes(output, {
    steps: [sampleReport({ notes: ['one', 'two'] }), sampleReport(), sampleReport({ notes: ['three'] })],
  });
  expect(lines).toEqual(['note: one', 'note: two', 'note: three']);
});
