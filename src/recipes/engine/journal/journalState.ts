import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableJson } from '../../../posix/paths/index.js';
import type { JournalRecord, RollbackReason, RunFailure } from './journalRecord.js';
import type { Json } from '../plan/json.js';
import type { Plan, PlannedStep } from '../plan/plan.js';
import type { StepFailure } from '../plan/step.js';

/**
 * How far a step came in its run.
 *
 * `intended`: its act may have begun. `applied`: the act ended and is not verified yet. `done`: verified. `undone`: by a
 * rollback.
 *
 * @inline
 */
export type StepProgress =
  'pending' | 'satisfied' | 'intended' | 'applied' | 'done' | 'failed' | 'undone' | 'undo-failed';

/** What a journal says of one step. */
export interface StepState {
  readonly step: PlannedStep;
  readonly progress: StepProgress;
  /** What undo restores; null when the run did nothing here, or undid it. */
  readonly intent: { readonly before: Json } | null;
  /** Milliseconds its acts took, together. */
  readonly durationMs: number;
  readonly error: StepFailure | null;
  /** Notes of undo. */
  readonly notes: readonly string[];
}

/** What a journal says of its run; a value that every record replaces. */
export interface JournalState {
  readonly runId: string;
  readonly plan: Plan;
  readonly options: Json;
  readonly startedAt: string;
  /** Time of the last record. */
  readonly lastAt: string;
  /** `interrupted` includes a run in progress: only the lock tells them apart. */
  readonly status: 'interrupted' | 'applied' | 'rolled-back';
  /** `back` after the first failure, or once a rollback has begun. */
  readonly direction: 'forward' | 'back';
  /** Why a rollback began, when one did. */
  readonly rollback: { readonly reason: RollbackReason; readonly force: boolean } | null;
  readonly failure: RunFailure | null;
  /** What the final verification found, once it passed. */
  readonly verification: Json | null;
  /** In the order of the plan. */
  readonly steps: ReadonlyMap<string, StepState>;
  /** Milliseconds that the process which ended it took to apply it, null before. */
  readonly appliedMs: number | null;
}

/** The state after one more record; the reason when the record cannot follow. */
export function advance(state: JournalState | null, record: JournalRecord): Result<JournalState, string> {
  if (record.type === 'run-started') return state === null ? ok(beginState(record)) : err('a run cannot start twice');
  if (state === null) return err('a journal must begin with run-started');
  if (state.status === 'rolled-back') return err(`nothing can follow the end of a run, but ${record.type} does`);
  if (state.status === 'applied' && record.type !== 'rollback-started') {
    return err(`only a rollback can follow an applied run, but ${record.type} does`);
  }
  const next = { ...state, lastAt: record.at };
  switch (record.type) {
    case 'run-resumed':
    case 'run-paused':
      return ok(next);
    case 'run-recovered':
      return ok(withWindowReopened(next));
    case 'verification-passed':
      return forward(state, { ...next, verification: record.result });
    case 'verification-failed':
      return forward(state, {
        ...next,
        direction: 'back',
        failure: { stepId: null, during: 'verification', error: record.error },
      });
    case 'run-applied':
      return forward(state, { ...next, status: 'applied', appliedMs: record.durationMs });
    case 'rollback-started':
      return ok({
        ...next,
        status: 'interrupted',
        direction: 'back',
        rollback: { reason: state.rollback?.reason ?? record.reason, force: record.force },
      });
    case 'run-rolled-back':
      return backward(state, { ...next, status: 'rolled-back' });
    default: {
      const step = state.steps.get(record.id);
      if (step === undefined) return err(`the plan has no step ${printableJson(record.id)}`);
      return advanceStep(next, step, record);
    }
  }
}

/** The state after all records of a journal; null when it has none. Err: the number of the record that does not fit. */
export function replay(
  records: readonly JournalRecord[],
): Result<JournalState | null, { readonly record: number; readonly reason: string }> {
  let state: JournalState | null = null;
  for (const record of records) {
    const next = advance(state, record);
    if (next.isErr()) return err({ record: record.n, reason: next.error });
    state = next.value;
  }
  return ok(state);
}

/** What was satisfied in the window was so while the services were stopped; they have run since. */
function withWindowReopened(run: JournalState): JournalState {
  if (run.direction === 'back') return run;
  const reopened = [...run.steps].map(([id, was]): readonly [string, StepState] => [
    id,
    was.step.phase === 'window' && was.progress === 'satisfied' ? { ...was, progress: 'pending' } : was,
  ]);
  return { ...run, steps: new Map(reopened) };
}

type StepRecord = Extract<JournalRecord, { readonly id: string }>;

function advanceStep(run: JournalState, was: StepState, record: StepRecord): Result<JournalState, string> {
  const put = (change: Partial<StepState>, more: Partial<JournalState> = {}): JournalState => ({
    ...run,
    ...more,
    steps: new Map(run.steps).set(record.id, { ...was, ...change }),
  });
  const took = (ms: number): number => was.durationMs + ms;
  switch (record.type) {
    case 'step-satisfied':
      if (was.intent !== null) return err(`step '${record.id}' was intended before, and cannot be found satisfied`);
      return forward(run, put({ progress: 'satisfied' }));
    case 'step-intended':
      // Done again within one run (see `ends`): the first `before` is the host before the run.
      return forward(run, put({ progress: 'intended', intent: was.intent ?? { before: record.before }, error: null }));
    case 'step-applied':
      if (was.intent === null) return unintended(record);
      return forward(run, put({ progress: 'applied', durationMs: took(record.durationMs) }));
    case 'step-verified':
      if (was.intent === null) return unintended(record);
      return forward(run, put({ progress: 'done', durationMs: took(record.durationMs) }));
    case 'step-failed': {
      const { during, error } = record;
      const failure = { stepId: record.id, during, error };
      return forward(run, put({ progress: 'failed', error }, { direction: 'back', failure }));
    }
    case 'step-undone':
      if (was.intent === null) return unintended(record);
      // In a run that goes forward, resuming undoes a half-done step before it does it again.
      return ok(
        put({
          progress: run.direction === 'back' ? 'undone' : 'pending',
          intent: null,
          notes: [...was.notes, ...record.notes],
          error: run.direction === 'back' && was.progress === 'undo-failed' ? null : was.error,
        }),
      );
    case 'step-undo-failed':
      if (was.intent === null) return unintended(record);
      return ok(put({ progress: 'undo-failed', error: record.error }));
  }
}

/** The state after the first record. */
export function beginState(record: Extract<JournalRecord, { readonly type: 'run-started' }>): JournalState {
  const steps = record.plan.steps.map((step): readonly [string, StepState] => [
    step.id,
    { step, progress: 'pending', intent: null, durationMs: 0, error: null, notes: [] },
  ]);
  return {
    runId: record.runId,
    plan: record.plan,
    options: record.options,
    startedAt: record.at,
    lastAt: record.at,
    status: 'interrupted',
    direction: 'forward',
    rollback: null,
    failure: null,
    verification: null,
    steps: new Map(steps),
    appliedMs: null,
  };
}

function forward(was: JournalState, next: JournalState): Result<JournalState, string> {
  return was.direction === 'forward' ? ok(next) : err('a run that goes back cannot go forward again');
}

function backward(was: JournalState, next: JournalState): Result<JournalState, string> {
  if (was.direction === 'forward') return err('a run that goes forward cannot have been rolled back');
  const open = [...was.steps.values()].find(({ intent }) => intent !== null);
  return open === undefined ? ok(next) : err(`step '${open.step.id}' was not undone, so the run is not rolled back`);
}

function unintended(record: StepRecord): Result<never, string> {
  return err(`${record.type} of step '${record.id}', which was not intended before`);
}
