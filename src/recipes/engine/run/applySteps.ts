import type { ResultAsync } from 'neverthrow';
import { digestJson } from '../plan/digest.js';
import type { RunFailure } from '../journal/journalRecord.js';
import type { ApplyRefusal, ChangedSincePlan } from './engineError.js';
import { isJson } from '../plan/json.js';
import type { Json } from '../plan/json.js';
import { stepCheckFailed } from '../plan/makePlan.js';
import type { PlannedStep } from '../plan/plan.js';
import { removeReservesElsewhere } from '../journal/reserve.js';
import type { RunSession } from './runSession.js';
import type { StepContext, StepFailure } from '../plan/step.js';
import type { BoundStep } from '../plan/validateSteps.js';
import { stopOutsideWindow } from './window.js';

/** Proves the result when every step is done; what it finds goes into journal and report. No secrets. @inline */
export type FinalVerification = (ctx: StepContext) => ResultAsync<Json, StepFailure>;

/** What an operator may ask of a run that goes on. */
export interface Requests {
  /** Aborted: end at the next step boundary, interrupted; in the stop window go on to the end. */
  readonly signal?: AbortSignal | undefined;
  /** Aborted: undo everything from the next step boundary on. */
  readonly undo?: AbortSignal | undefined;
}

/** How far applying came. */
export type ApplyOutcome =
  | { readonly kind: 'applied' }
  /** Everything was satisfied: no run was begun. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'paused' }
  /** `refusal`: the error to return when no run was begun, so that there is nothing to undo. */
  | { readonly kind: 'failed'; readonly failure: RunFailure; readonly refusal: ApplyRefusal | null };

interface StepStop {
  readonly failure: RunFailure;
  readonly refusal: ApplyRefusal | null;
}

/**
 * Carries the steps out in order, from wherever the run stands, up to the final verification.
 *
 * Each step: check, compare with the plan, intent on disk, apply, verify. It stops at the first failure, and
 * between two steps when it is asked to; undoing is left to {@link undoSteps}.
 */
export async function applySteps(
  session: RunSession,
  requests: Requests,
  finalVerification: FinalVerification | undefined,
): Promise<ApplyOutcome> {
  const signal = stopOutsideWindow(session, requests.signal);
  for (const [index, bound] of session.steps.entries()) {
    if (isOver(session, bound.step)) continue;
    if (isAborted(requests.undo) && session.hasChanges) return undoRequested(session, bound.step);
    if (isAborted(signal)) return pause(session);
    session.emit({ type: 'step-started', step: bound.step, index, total: session.steps.length });
    const startedAt = performance.now();
    const stop = await carryOut(session, bound, signal);
    const elapsedMs = since(startedAt);
    if (stop === null) {
      const changed = session.stepState(bound.step.id).intent !== null;
      session.emit({ type: 'step-done', step: bound.step, changed, elapsedMs });
      continue;
    }
    if (isAborted(signal) && stop.failure.during !== 'journal') return pause(session);
    const { failure, refusal } = stop;
    session.emit({ type: 'step-failed', failure, elapsedMs });
    const { during, error } = failure;
    await session.recordAnyway({ type: 'step-failed', id: bound.step.id, during, error });
    return { kind: 'failed', failure, refusal };
  }
  if (session.files === null) return { kind: 'unchanged' };
  if (isAborted(signal)) return pause(session);
  return finish(session, signal, finalVerification);
}

async function finish(
  session: RunSession,
  signal: AbortSignal | undefined,
  finalVerification: FinalVerification | undefined,
): Promise<ApplyOutcome> {
  if (finalVerification !== undefined) {
    session.emit({ type: 'verification-started' });
    const startedAt = performance.now();
    const verified = await guardedVerification(finalVerification, session.context('verification', { signal }));
    const durationMs = since(startedAt);
    if ('error' in verified && isAborted(signal)) return pause(session);
    session.emit({ type: 'verification-done', ok: !('error' in verified), elapsedMs: durationMs });
    if ('error' in verified) {
      const { error } = verified;
      return failedAtTheEnd(session, 'verification', error, durationMs);
    }
    const passed = await session.record({ type: 'verification-passed', result: verified.result, durationMs });
    if (passed.isErr()) return failedAtTheEnd(session, 'journal', passed.error, 0);
  }
  const applied = await session.record({ type: 'run-applied', durationMs: session.elapsedMs });
  if (applied.isErr()) return failedAtTheEnd(session, 'journal', applied.error, 0);
  // A reserve that cannot be removed only takes a little space.
  if (session.files !== null) await removeReservesElsewhere(session.files).unwrapOr(undefined);
  return { kind: 'applied' };
}

/** One step, from wherever it stands; null when it is satisfied or done. */
async function carryOut(
  session: RunSession,
  bound: BoundStep<PlannedStep>,
  signal: AbortSignal | undefined,
): Promise<StepStop | null> {
  const { step, kind } = bound;
  const was = session.stepState(step.id);
  if (was.intent !== null && was.progress !== 'done') {
    const settled = await settleHalfDone(session, bound, was.intent.before, signal);
    if (settled !== 'undone') return settled;
  }

  const check = await kind.check(step.args);
  if (check.isErr()) return stopped(step, 'check', check.error, stepCheckFailed(step.id, check.error));
  if (check.value.state === 'satisfied') {
    // Done earlier in this run and still so: that is in the journal already.
    if (session.stepState(step.id).intent !== null) return null;
    const noted = await session.record({ type: 'step-satisfied', id: step.id });
    return noted.isErr() ? stopped(step, 'journal', noted.error, noted.error) : null;
  }
  const { before } = check.value;
  const changed = changedSincePlan(session, bound, before);
  if (changed !== null) return stopped(step, 'check', changed, changed);

  const intended = await session.record({ type: 'step-intended', id: step.id, before });
  if (intended.isErr()) return stopped(step, 'journal', intended.error, intended.error);
  const startedAt = performance.now();
  const ctx = session.context(step.id, { signal });
  const applied = await kind.apply(step.args, before, ctx);
  if (applied.isErr()) return stopped(step, 'apply', applied.error);
  const noted = await session.record({ type: 'step-applied', id: step.id, durationMs: since(startedAt) });
  if (noted.isErr()) return stopped(step, 'journal', noted.error);
  return prove(session, bound, ctx);
}

async function prove(
  session: RunSession,
  { step, kind }: BoundStep<PlannedStep>,
  ctx: StepContext,
): Promise<StepStop | null> {
  const startedAt = performance.now();
  const verified = await kind.verify(step.args, ctx);
  if (verified.isErr()) return stopped(step, 'verify', verified.error);
  const noted = await session.record({ type: 'step-verified', id: step.id, durationMs: since(startedAt) });
  return noted.isErr() ? stopped(step, 'journal', noted.error) : null;
}

/**
 * Completes a step whose act was cut off: it counts as done when its verification passes, else it is undone, to be done
 * from the beginning.
 *
 * Undo is the one method that must handle any half-done state, so nothing else has to.
 */
async function settleHalfDone(
  session: RunSession,
  bound: BoundStep<PlannedStep>,
  before: Json,
  signal: AbortSignal | undefined,
): Promise<StepStop | null | 'undone'> {
  const { step, kind } = bound;
  const ctx = session.context(step.id, { signal });
  const tidied = await kind.tidy(step.args);
  if (tidied.isErr()) return stopped(step, 'undo', tidied.error);
  const check = await kind.check(step.args);
  if (check.isOk() && check.value.state === 'satisfied') {
    const verified = await kind.verify(step.args, ctx);
    if (verified.isOk()) return prove(session, bound, ctx);
  }
  const startedAt = performance.now();
  const undone = await kind.undo(step.args, before, session.context(step.id));
  if (undone.isErr()) return stopped(step, 'undo', undone.error);
  const { notes } = undone.value;
  const noted = await session.record({ type: 'step-undone', id: step.id, notes, durationMs: since(startedAt) });
  return noted.isErr() ? stopped(step, 'journal', noted.error) : 'undone';
}

/** Whether a resumed run can skip this step: it is done, and so is what ends its effect. */
function isOver(session: RunSession, step: PlannedStep): boolean {
  const isDone = ({ id }: PlannedStep): boolean => ['done', 'satisfied'].includes(session.stepState(id).progress);
  if (!isDone(step)) return false;
  const ends = session.steps.map((other) => other.step).filter((other) => other.ends?.includes(step.id) === true);
  return ends.every(isDone);
}

/** The plan rests on what was found then; something else now was not reviewed. */
function changedSincePlan(session: RunSession, bound: BoundStep<PlannedStep>, before: Json): ChangedSincePlan | null {
  const { step, kind } = bound;
  const again = session.stepState(step.id).intent !== null;
  if (kind.volatile || step.state === 'later' || again || waitedForChange(session, step)) return null;
  if (step.state === 'needed' && step.beforeDigest === digestJson(before)) return null;
  const message =
    `the host changed since the plan was made: step '${step.id}' (${step.title}) finds something else than ` +
    'it was planned on; make the plan again and review it';
  return { code: 'CHANGED_SINCE_PLAN', message, stepId: step.id };
}

/** Whether a step this one comes after acted in this run, so that its own `before` had to change. */
function waitedForChange(session: RunSession, step: PlannedStep): boolean {
  if (step.after === undefined) return false;
  const earlier = session.stepState(step.after);
  return earlier.intent !== null || waitedForChange(session, earlier.step);
}

async function undoRequested(session: RunSession, step: PlannedStep): Promise<ApplyOutcome> {
  const error = { code: 'UNDO_REQUESTED', message: `the operator asked to undo the run before step '${step.id}'` };
  const failure: RunFailure = { stepId: step.id, during: 'check', error };
  session.emit({ type: 'step-failed', failure, elapsedMs: 0 });
  await session.recordAnyway({ type: 'step-failed', id: step.id, during: 'check', error });
  return { kind: 'failed', failure, refusal: null };
}

async function pause(session: RunSession): Promise<ApplyOutcome> {
  if (session.files !== null) await session.recordAnyway({ type: 'run-paused' });
  session.emit({ type: 'run-paused' });
  return { kind: 'paused' };
}

async function guardedVerification(
  verification: FinalVerification,
  ctx: StepContext,
): Promise<{ readonly result: Json } | { readonly error: StepFailure }> {
  try {
    const verified = await verification(ctx);
    return verified.isOk() ? { result: verified.value } : { error: plainFailure(verified.error) };
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return { error: { code: 'STEP_THREW', message: `the final verification threw: ${detail}; this is a bug` } };
  }
}

function stopped(
  step: PlannedStep,
  during: RunFailure['during'],
  error: StepFailure,
  refusal: ApplyRefusal | null = null,
): StepStop {
  return { failure: { stepId: step.id, during, error: plainFailure(error) }, refusal };
}

async function failedAtTheEnd(
  session: RunSession,
  during: RunFailure['during'],
  error: StepFailure,
  durationMs: number,
): Promise<ApplyOutcome> {
  await session.recordAnyway({ type: 'verification-failed', error, durationMs });
  return { kind: 'failed', failure: { stepId: null, during, error }, refusal: null };
}

/** An error as the journal can hold it, whatever a step put into it. */
export function plainFailure(error: StepFailure): StepFailure {
  return isJson(error) ? error : { code: error.code, message: error.message };
}

/** A function, since the compiler assumes that a property it has read does not change. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}
