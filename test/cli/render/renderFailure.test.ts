import { describe, expect, it } from 'vitest';
import { renderFailure } from '../../../src/cli/render/renderFailure.js';
import type { Output } from '../../../src/cli/createOutput.js';
import type { RunReport } from '../../../src/recipes/engine/run/runReport.js';

const report: RunReport = {
  runId: 'x',
  changed: false,
  failed: true,
  rolledBack: true,
  interrupted: false,
  steps: [],
  undoErrors: [],
  remaining: [],
  durationMs: 1,
};

function warned(given: RunReport): readonly string[] {
  const lines: string[] = [];
  const output = { warn: (line: string) => void lines.push(line) } as Pick<Output, 'warn'> as Output;
  renderFailure(output, given);
  return lines;
}

describe('renderFailure', () => {
  it('says nothing of a run that did not fail', () => {
    expect(warned(report)).toEqual([]);
  });

  it('gives the message, and the last words of the service line by line', () => {
    const error = { code: 'UNIT_DID_NOT_STAY', message: 'it died', journal: 'first\nsecond' };
    expect(warned({ ...report, error: { stepId: 'start', during: 'verify', error } })).toEqual([
      'failed: it died',
      '  | first',
      '  | second',
    ]);
  });
});
