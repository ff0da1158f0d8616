import { describe, expect, it } from 'vitest';
import { runExitCode } from '../../../src/cli/render/runExitCode.js';
import type { RunReport } from '../../../src/recipes/engine/run/runReport.js';

const report: RunReport = {
  runId: 'x',
  changed: true,
  failed: false,
  rolledBack: false,
  interrupted: false,
  steps: [],
  undoErrors: [],
  remaining: [],
  durationMs: 1,
};

describe('runExitCode', () => {
  it.each([
    [{}, 0],
    [{ changed: false }, 0],
    [{ failed: true, rolledBack: true }, 73],
    [{ failed: true, rolledBack: false }, 74],
    [{ interrupted: true }, 75],
    [{ interrupted: true, runId: null, changed: false }, 65],
  ])('ends a run that was %j with %i', (how, status) => {
    expect(runExitCode({ ...report, ...how })).toBe(status);
  });
});
