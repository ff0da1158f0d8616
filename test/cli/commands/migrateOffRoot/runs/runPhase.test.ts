import { describe, expect, it } from 'vitest';
import { runPhase } from '../../../../../src/cli/commands/migrateOffRoot/runs/runPhase.js';
import type { PlannedStep, RunEvent } from '../../../../../src/recipes/engine/index.js';

const stepOf = (phase: PlannedStep['phase']): PlannedStep => ({ phase }) as PlannedStep;
const starts = (phase: PlannedStep['phase']): RunEvent => ({
  type: 'step-started',
  step: stepOf(phase),
  index: 0,
  total: 1,
});
const undoes = (phase: PlannedStep['phase']): RunEvent => ({ type: 'undo-started', step: stepOf(phase) });

/** The lines of the journal, and where the run is after each event. */
function follow(events: readonly RunEvent[]): {
  readonly lines: readonly string[];
  readonly phases: readonly string[];
} {
  const phase = runPhase();
  const lines: string[] = [];
  const phases = events.map((event) => {
    const line = phase.take(event);
    if (line !== undefined) lines.push(line.replace(/[\d.]+ s$/, 'N s'));
    return phase.now;
  });
  return { lines, phases };
}

const WINDOW = ['stop window begins: the agent is down from here', 'stop window ends after N s'];

describe('the phase of a run', () => {
  it('has the window between the steps before and after it', () => {
    expect(follow([starts('before'), starts('window'), starts('window'), starts('after')])).toEqual({
      lines: WINDOW,
      phases: ['before', 'window', 'window', 'after'],
    });
  });

  it('has the window on the way back too, between what came after it and what came before it', () => {
    expect(follow([undoes('after'), undoes('window'), undoes('window'), undoes('before')])).toEqual({
      lines: WINDOW,
      phases: ['before', 'window', 'window', 'after'],
    });
  });

  it('stays in the window when a step in it fails and all is undone', () => {
    expect(follow([starts('window'), undoes('window'), { type: 'rollback-done', complete: true }])).toEqual({
      lines: WINDOW,
      phases: ['window', 'window', 'after'],
    });
  });

  it('has no window in a run that is undone before it', () => {
    expect(follow([starts('before'), undoes('before'), { type: 'rollback-done', complete: true }]).lines).toEqual([]);
  });

  it.each([{ type: 'verification-started' } as const, { type: 'run-paused' } as const])(
    'ends the window where nothing follows it: $type',
    (event) => {
      expect(follow([starts('window'), event]).lines).toEqual(WINDOW);
    },
  );

  it('names the run when it begins and when it goes on', () => {
    const plan = { changed: true } as Extract<RunEvent, { readonly type: 'run-started' }>['plan'];
    expect(
      follow([
        { type: 'run-started', runId: '1', plan },
        { type: 'run-resumed', runId: '1', plan },
        { type: 'run-started', runId: '2', plan: { ...plan, changed: false } },
      ]).lines,
    ).toEqual(['run 1 begins', 'run 1 goes on']);
  });
});
