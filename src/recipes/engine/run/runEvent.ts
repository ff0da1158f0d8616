import type { RunFailure } from '../journal/journalRecord.js';
import type { RollbackReason } from '../journal/journalRecord.js';
import type { PlannedStep, Plan } from '../plan/plan.js';
import type { StepFailure } from '../plan/step.js';

/**
 * What a run reports while it goes on; times are milliseconds since the step began.
 *
 * Handlers are called synchronously and for showing only: one that throws is ignored, so that a closed pipe does not
 * end a run half way. What counts is in the report and the journal.
 */
export type RunEvent =
  /** Before every other event. A run that then finds everything satisfied leaves no run of this id. */
  | { readonly type: 'run-started'; readonly runId: string; readonly plan: Plan }
  | { readonly type: 'run-resumed'; readonly runId: string; readonly plan: Plan }
  /** `index` counts from 0, of `total`. */
  | { readonly type: 'step-started'; readonly step: PlannedStep; readonly index: number; readonly total: number }
  | { readonly type: 'step-progress'; readonly id: string; readonly message: string; readonly elapsedMs: number }
  | { readonly type: 'step-done'; readonly step: PlannedStep; readonly changed: boolean; readonly elapsedMs: number }
  | { readonly type: 'step-failed'; readonly failure: RunFailure; readonly elapsedMs: number }
  | { readonly type: 'verification-started' }
  | { readonly type: 'verification-done'; readonly ok: boolean; readonly elapsedMs: number }
  /** `steps` is how many are going to be undone. */
  | { readonly type: 'rollback-started'; readonly reason: RollbackReason; readonly steps: number }
  | { readonly type: 'undo-started'; readonly step: PlannedStep }
  | {
      readonly type: 'undo-done';
      readonly step: PlannedStep;
      readonly notes: readonly string[];
      readonly error: StepFailure | null;
      readonly elapsedMs: number;
    }
  | { readonly type: 'rollback-done'; readonly complete: boolean }
  /** The operator's signal was seen between two steps. */
  | { readonly type: 'run-paused' };

/** Receives {@link RunEvent}s. @inline */
export type OnRunEvent = (event: RunEvent) => void;
