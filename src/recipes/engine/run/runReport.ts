import type { RunFailure } from '../journal/journalRecord.js';
import { openSteps } from './undoSteps.js';
import type { UndoOutcome, UndoError } from './undoSteps.js';
import type { Json } from '../plan/json.js';
import type { PlannedStep } from '../plan/plan.js';
import type { RunSession } from './runSession.js';
import type { StepProgress, StepState } from '../journal/journalState.js';
import type { StepFailure } from '../plan/step.js';

/** What became of one step. @inline */
export interface StepReport {
  readonly id: string;
  readonly title: string;
  /** What an undo of it does. */
  readonly undo: string;
  readonly phase: PlannedStep['phase'];
  readonly state: StepProgress;
  /** Milliseconds of its act and proof, over all attempts; 0 when it did nothing. */
  readonly durationMs: number;
  readonly error?: StepFailure;
  /** What undo left alone on purpose. */
  readonly notes?: readonly string[];
}

/** A step that is still to be undone, for a person to do it by hand. @inline */
export interface RemainingStep {
  readonly id: string;
  /** What it did, as the plan says it: that is still to be undone. */
  readonly title: string;
  /** Why it could not be undone. */
  readonly message: string;
  /** What to do, in this order: commands of a root shell, or sentences. Empty where only the records help. */
  readonly byHand: readonly string[];
  /** Journal with the state before, and the directory with this step's records. Readable by root. */
  readonly journal: string;
}

/** The result of a run, or of a plan that had nothing to do. */
export interface RunReport {
  /** Null when nothing had to be done, so that no run was begun. */
  readonly runId: string | null;
  /** Whether the host is other than before the run. */
  readonly changed: boolean;
  readonly failed: boolean;
  /** Everything was undone after a failure. `failed` without it: see `undoErrors` and `remaining`. */
  readonly rolledBack: boolean;
  /** The signal ended it between two steps: to be resumed or rolled back. */
  readonly interrupted: boolean;
  readonly steps: readonly StepReport[];
  /** Why it failed. */
  readonly error?: RunFailure;
  readonly undoErrors: readonly UndoError[];
  readonly remaining: readonly RemainingStep[];
  /** What the final verification found, when it passed. */
  readonly verification?: Json;
  /** Milliseconds this process spent on it. */
  readonly durationMs: number;
}

/** The report of a run as it stands, after undoing if it failed. */
export function runReport(session: RunSession, interrupted: boolean, undone: UndoOutcome | null): RunReport {
  const { state } = session;
  return {
    runId: session.files === null ? null : state.runId,
    changed: session.hasChanges,
    failed: state.direction === 'back',
    rolledBack: undone?.complete === true,
    interrupted,
    steps: stepReports(state.steps),
    ...(state.failure === null ? {} : { error: state.failure }),
    undoErrors: undone?.errors ?? [],
    remaining: undone === null ? [] : remainingSteps(session),
    ...(state.verification === null || state.direction === 'back' ? {} : { verification: state.verification }),
    durationMs: session.elapsedMs,
  };
}

/** Every step of a run, in the order of the plan. */
export function stepReports(steps: ReadonlyMap<string, StepState>): readonly StepReport[] {
  return [...steps.values()].map(({ step, progress, durationMs, error, notes }) => ({
    id: step.id,
    title: step.title,
    undo: undoTitle(step),
    phase: step.phase,
    state: progress,
    durationMs,
    ...(error === null ? {} : { error }),
    ...(notes.length === 0 ? {} : { notes }),
  }));
}

/** What an undo of the step does, in one line. */
export function undoTitle({ title, undo }: Pick<PlannedStep, 'title' | 'undo'>): string {
  return undo ?? `undo: ${title}`;
}

/** What is still to be undone, in the order in which it must be. */
export function remainingSteps(session: RunSession): readonly RemainingStep[] {
  const journal = session.files?.journal ?? '';
  return openSteps(session).map(({ step, kind }) => {
    const { error, intent } = session.stepState(step.id);
    const ctx = session.context(step.id);
    return {
      id: step.id,
      title: step.title,
      message: error?.message ?? 'not tried yet',
      byHand: kind.byHand(step.args, intent?.before ?? null, {
        id: step.id,
        journal,
        recordPath: (name) => ctx.recordPath(name),
      }),
      journal,
    };
  });
}
