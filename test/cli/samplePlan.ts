import type { Plan, PlannedStep } from '../../src/recipes/engine/plan/plan.js';
import type { StepReport } from '../../src/recipes/engine/run/runReport.js';

/** A plan of a migration on web-1, with these parts. */
export function samplePlan({ steps = [], ...more }: Partial<Plan> = {}): Plan {
  return {
    formatVersion: 2,
    recipe: 'migrate-off-root',
    toolVersion: '0',
    createdAt: '2026-01-02T03:04:05.000Z',
    host: { machineId: 'm', hostname: 'web-1' },
    facts: {},
    notices: [],
    steps,
    changed: steps.some(({ state }) => state !== 'satisfied'),
    digest: '0'.repeat(64),
    ...more,
  };
}

/** A step that is to be done, with these parts. */
export function sampleStep(more: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id: 'x',
    kind: 'x.y',
    args: null,
    phase: 'before',
    title: 'do it',
    why: 'because',
    state: 'needed',
    ...more,
  };
}

/** What became of a step that was undone, with these parts. */
export function sampleReport(more: Partial<StepReport> = {}): StepReport {
  return { id: 'a', title: 'A', undo: 'B', phase: 'window', state: 'undone', durationMs: 1, ...more };
}
