import type { JournalError } from '../journal/journalError.js';
import { plainFailure } from './applySteps.js';
import type { RecordBody, RollbackReason } from '../journal/journalRecord.js';
import type { PlannedStep } from '../plan/plan.js';
import { removeReserve } from '../journal/reserve.js';
import type { RunSession } from './runSession.js';
import type { StepFailure } from '../plan/step.js';
import type { BoundStep } from '../plan/validateSteps.js';

/** A step whose undo had to wait for one that could not be undone. */
export interface UndoBlocked {
  readonly code: 'UNDO_BLOCKED';
  readonly message: string;
  /** The steps that must be undone first. */
  readonly needs: readonly string[];
}

/** What could not be undone. @inline */
export interface UndoError {
  /** Null when the journal itself could not be written. */
  readonly stepId: string | null;
  readonly error: StepFailure;
}

/** What the operator agreed to; see {@link StepContext}. */
export interface UndoOptions {
  readonly force: boolean;
  readonly acceptChangedPrograms?: boolean;
}

/** How far undoing came. */
export interface UndoOutcome {
  /** Every intent is undone, and the journal says so. */
  readonly complete: boolean;
  readonly paused: boolean;
  readonly errors: readonly UndoError[];
}

/**
 * Undoes in reverse what the run intended, the half-done step too, and collects failures instead of stopping.
 *
 * A step is left alone while one that is `undoneBefore` it is not undone. What failed is tried again as long as something
 * else was undone after it, which may have blocked it. Called again, it continues with the rest.
 */
export async function undoSteps(
  session: RunSession,
  how: UndoOptions & { readonly reason: RollbackReason; readonly signal?: AbortSignal | undefined },
): Promise<UndoOutcome> {
  const { reason, force, signal } = how;
  const errors: UndoError[] = [];
  const unwritten: JournalError[] = [];
  const note = async (body: RecordBody): Promise<void> => {
    const problem = await session.recordAnyway(body);
    // A later record takes the earlier ones with it.
    unwritten.length = 0;
    if (problem !== null) unwritten.push(problem);
  };

  // Space that cannot be freed is needed only on a full disk, and then the undo that needs it fails and says so.
  if (session.files !== null) await removeReserve(session.files).unwrapOr(undefined);
  session.emit({ type: 'rollback-started', reason, steps: openSteps(session).length });
  if (session.state.rollback?.force !== force) await note({ type: 'rollback-started', reason, force });

  for (let again = true; again;) {
    again = false;
    errors.length = 0;
    for (const bound of openSteps(session)) {
      if (signal?.aborted === true) {
        await note({ type: 'run-paused' });
        session.emit({ type: 'run-paused' });
        return { complete: false, paused: true, errors };
      }
      const { step } = bound;
      session.emit({ type: 'undo-started', step });
      const startedAt = performance.now();
      const undone = await undoStep(session, bound, how);
      const elapsedMs = Math.round(performance.now() - startedAt);
      if (undone.error === null) {
        await note({ type: 'step-undone', id: step.id, notes: undone.notes, durationMs: elapsedMs });
        again = errors.length > 0;
      } else {
        errors.push({ stepId: step.id, error: undone.error });
        await note({ type: 'step-undo-failed', id: step.id, error: undone.error });
      }
      session.emit({ type: 'undo-done', step, notes: undone.notes, error: undone.error, elapsedMs });
    }
  }
  if (openSteps(session).length === 0) await note({ type: 'run-rolled-back', durationMs: session.elapsedMs });
  errors.push(...unwritten.map((error) => ({ stepId: null, error })));
  const complete = errors.length === 0;
  session.emit({ type: 'rollback-done', complete });
  return { complete, paused: false, errors };
}

/** The steps that hold an intent, the last one first. */
export function openSteps(session: RunSession): readonly BoundStep<PlannedStep>[] {
  return session.steps.filter(({ step }) => session.stepState(step.id).intent !== null).reverse();
}

/** Undoes one step unless one that must be undone before it is not; the caller writes the journal. */
export async function undoStep(
  session: RunSession,
  { step, kind }: BoundStep<PlannedStep>,
  { force, acceptChangedPrograms = false }: UndoOptions,
): Promise<{ readonly error: StepFailure | null; readonly notes: readonly string[] }> {
  const { intent } = session.stepState(step.id);
  if (intent === null) return { error: null, notes: [] };
  const needs = session.steps
    .map((other) => other.step)
    .filter((other) => other.undoneBefore?.includes(step.id) === true && session.stepState(other.id).intent !== null)
    .map(({ id }) => id);
  if (needs.length > 0) return { error: blocked(step, needs), notes: [] };
  const tidied = await kind.tidy(step.args);
  if (tidied.isErr()) return { error: plainFailure(tidied.error), notes: [] };
  const undone = await kind.undo(step.args, intent.before, session.context(step.id, { force, acceptChangedPrograms }));
  return undone.isOk() ? { error: null, notes: undone.value.notes } : { error: plainFailure(undone.error), notes: [] };
}

function blocked(step: PlannedStep, needs: readonly string[]): UndoBlocked {
  const message =
    `step '${step.id}' (${step.title}) was left as it is, because ${needs.map((id) => `'${id}'`).join(', ')} could ` +
    'not be undone; correct that, then roll back again';
  return { code: 'UNDO_BLOCKED', message, needs };
}
