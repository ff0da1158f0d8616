import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createOutput } from '../../../src/cli/createOutput.js';
import { progressOf } from '../../../src/cli/render/progressOf.js';
import type { Plan, PlannedStep } from '../../../src/recipes/engine/plan/plan.js';
import type { RunEvent } from '../../../src/recipes/engine/run/runEvent.js';

const STEP: PlannedStep = {
  id: 'move-1',
  kind: 'posix.moveTree',
  args: null,
  phase: 'window',
  title: 'move the state',
  undo: 'move the state back',
  why: 'because',
  state: 'needed',
};
const PLAN: Plan = {
  formatVersion: 2,
  recipe: 'r',
  toolVersion: '0',
  createdAt: '',
  host: { machineId: 'm', hostname: 'h' },
  facts: null,
  notices: [],
  steps: [STEP],
  changed: true,
  digest: '',
};
const ERROR = { code: 'X', message: 'it is broken' };

async function said(verbosity: 'quiet' | 'normal' | 'verbose', ...events: readonly RunEvent[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = createOutput({ stdout, stderr }, { json: false, color: false, verbosity });
  const tell = progressOf(output);
  for (const event of events) tell(event);
  stdout.end();
  stderr.end();
  expect(await text(stdout)).toBe('');
  return text(stderr);
}

describe('progressOf', () => {
  test.each<[RunEvent, string]>([
    [{ type: 'run-started', runId: '20260102-a', plan: PLAN }, 'run 20260102-a\n'],
    [{ type: 'run-resumed', runId: '20260102-a', plan: PLAN }, 'resuming run 20260102-a\n'],
    [{ type: 'step-progress', id: 'move-1', message: '12 changed', elapsedMs: 1230 }, '    12 changed (1.2 s)\n'],
    [{ type: 'step-done', step: STEP, changed: true, elapsedMs: 40 }, '✓ move the state (0.0 s)\n'],
    [
      { type: 'step-failed', failure: { stepId: 'move-1', during: 'apply', error: ERROR }, elapsedMs: 999 },
      '✗ it is broken (1.0 s)\n',
    ],
    [{ type: 'verification-started' }, 'verifying …\n'],
    [{ type: 'verification-done', ok: true, elapsedMs: 2000 }, '✓ verification (2.0 s)\n'],
    [{ type: 'verification-done', ok: false, elapsedMs: 2000 }, '✗ verification (2.0 s)\n'],
    [{ type: 'rollback-started', reason: 'step-failed', steps: 3 }, 'rolling back: 3 steps to undo\n'],
    [{ type: 'undo-done', step: STEP, notes: [], error: null, elapsedMs: 100 }, '↩ move the state back (0.1 s)\n'],
    // The end of the command tells the notes.
    [
      { type: 'undo-done', step: STEP, notes: ['left'], error: null, elapsedMs: 100 },
      '↩ move the state back (0.1 s)\n',
    ],
    [
      { type: 'undo-done', step: STEP, notes: [], error: ERROR, elapsedMs: 100 },
      '✗ could not undo move the state: it is broken\n',
    ],
    [{ type: 'rollback-done', complete: true }, 'everything is undone\n'],
    [{ type: 'rollback-done', complete: false }, 'some steps could not be undone\n'],
    [{ type: 'run-paused' }, 'stopped between two steps, as requested\n'],
  ])('tells %j', async (event, line) => {
    expect(await said('normal', event)).toBe(line);
    expect(await said('quiet', event)).toBe('');
  });

  test.each<[RunEvent, string]>([
    [{ type: 'step-started', step: STEP, index: 0, total: 12 }, '[1/12] move the state …\n'],
    [{ type: 'step-done', step: STEP, changed: false, elapsedMs: 1 }, '= move the state: nothing to do\n'],
    [{ type: 'undo-started', step: STEP }, 'move the state back …\n'],
  ])('tells %j only to who wants every detail', async (event, line) => {
    expect(await said('normal', event)).toBe('');
    expect(await said('verbose', event)).toBe(line);
  });
});
