import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { RollbackRefusal, RollbackRefused } from './engineError.js';
import { goBack } from './goBack.js';
import type { BackOutcome, UndoError } from './goBack.js';
import type { PlanHost, PlannedStep } from '../plan/plan.js';
import type { Registry } from '../plan/registry.js';
import { bindRun, withRun } from './resumeRun.js';
import type { OnRunEvent } from './runEvent.js';
import { DEFAULT_STATE_DIR } from '../journal/runFiles.js';
import { remainingSteps, stepReports } from './runReport.js';
import type { RemainingStep, StepReport } from './runReport.js';
import { RunSession } from './runSession.js';
import type { RunState, StepState } from '../journal/runState.js';
import type { StoredRun } from '../journal/runStore.js';
import { stepContext } from './stepContext.js';
import type { BoundStep } from '../plan/validateSteps.js';

/** What {@link rollbackRun} needs. */
export interface RollbackRequest {
  readonly registry: Registry;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  /** The latest run by default; an earlier one only when every later one is rolled back. */
  readonly runId?: string;
  /** This machine, to refuse a journal of another; not compared without it. */
  readonly host?: PlanHost;
  /** Undo although something was changed since; what would be lost is kept among the run's records. */
  readonly force?: boolean;
  /** Only ask and report; change nothing. */
  readonly dryRun?: boolean;
  readonly onEvent?: OnRunEvent;
  /** Aborted: ends after the undo that is under way; rolling back again goes on. */
  readonly signal?: AbortSignal;
  /** The clock of the journal; for tests. */
  readonly now?: () => Date;
}

/** A step that says it must not be undone. */
export type Refusal = RollbackRefused['refusals'][number];

/** How a rollback came out. */
export interface RollbackReport {
  readonly runId: string;
  readonly dryRun: boolean;
  /** Whether this call undid anything. */
  readonly changed: boolean;
  /** `incomplete`: see `undoErrors` and `remaining`. `planned`: a dry run. */
  readonly outcome: 'rolled-back' | 'incomplete' | 'interrupted' | 'planned';
  /** Every step of the run, as it stands now. */
  readonly steps: readonly StepReport[];
  /** Ids of the steps to be undone, in the order of undoing, as found when the call began. */
  readonly toUndo: readonly string[];
  /** Dry run: what would refuse the rollback. Empty otherwise, since then it is an error. */
  readonly refusals: readonly Refusal[];
  readonly undoErrors: readonly UndoError[];
  readonly remaining: readonly RemainingStep[];
  readonly durationMs: number;
}

/**
 * Undoes the latest run in reverse, whether it was applied or interrupted; rolled back already is success, and what an
 * earlier run did stays until it is named.
 *
 * Before the first change every step is asked whether it may still be undone without throwing away what came since;
 * one refusal refuses the whole, listing all; forced, what was edited no longer refuses, and what has no way back (no
 * room, gone) still does. Then each is undone, failures are collected, and rolling back again
 * goes on with what is left; a rollback that had begun is not asked again. Only what the run did is undone: what it
 * found satisfied was not its doing.
 *
 * Err means that nothing was changed: `NO_RUN`, `ROLLBACK_REFUSED`, `LOCKED`, `JOURNAL_CORRUPT`,
 * `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `OTHER_HOST`, `UNKNOWN_STEP_KIND`, `INVALID_RECIPE`, `IO`.
 *
 * @example
 * ```ts
 * import { createRegistry, eraseKind, makeDirectoryKind, rollbackRun } from '@wca/runtime-sdk/recipes';
 *
 * const registry = createRegistry([eraseKind(makeDirectoryKind())]);
 * const back = await rollbackRun({ registry, dryRun: true });
 * if (back.isErr()) console.error(back.error.code, back.error.message);
 * else console.log('would undo', back.value.toUndo, 'refused by', back.value.refusals);
 * ```
 */
export function rollbackRun(request: RollbackRequest): ResultAsync<RollbackReport, RollbackRefusal> {
  const { stateDir = DEFAULT_STATE_DIR, runId } = request;
  return withRun(stateDir, runId, (run) => new ResultAsync(rollBack(request, stateDir, run)));
}

async function rollBack(
  request: RollbackRequest,
  stateDir: string,
  run: StoredRun,
): Promise<Result<RollbackReport, RollbackRefusal>> {
  const { dryRun = false, force = false } = request;
  const steps = bindRun(run, request.registry, request.host);
  if (steps.isErr()) return err(steps.error);
  const toUndo = steps.value.filter(({ step }) => intentOf(run, step) !== null).reverse();
  const report = reportOf(run.state, toUndo, dryRun);
  if (run.state.status === 'rolled-back') return ok({ ...report, outcome: 'rolled-back' });

  const begun = run.state.rollback !== null;
  // One that had begun is gone on with: what cannot go back yet says so by itself, and the rest does.
  const refusals = dryRun || !begun ? await askAll(run, toUndo, force) : [];
  if (dryRun) return ok({ ...report, outcome: 'planned', refusals });
  if (refusals.length > 0) return err(await refused(run, toUndo, refusals, force));

  const { onEvent, now, signal } = request;
  const session = await RunSession.reopen(run, { stateDir, steps: steps.value, onEvent, now });
  if (session.isErr()) return err(session.error);
  try {
    const back = await goBack(session.value, { reason: 'requested', force, signal });
    const { state } = session.value;
    const remaining = remainingSteps(session.value);
    return ok({
      ...reportOf(state, toUndo, false),
      changed: remaining.length < toUndo.length,
      outcome: outcomeOf(back),
      undoErrors: back.errors,
      remaining,
      durationMs: session.value.elapsedMs,
    });
  } finally {
    await session.value.close();
  }
}

/** Every step is asked, so that a person sees all at once. */
async function askAll(
  run: StoredRun,
  steps: readonly BoundStep<PlannedStep>[],
  force: boolean,
): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  for (const { step, kind } of steps) {
    const intent = intentOf(run, step);
    if (intent === null) continue;
    const asked = await kind.undoable(step.args, intent.before, stepContext(run.files, step.id, { force }));
    if (asked.isErr()) refusals.push({ stepId: step.id, title: step.title, error: asked.error });
  }
  return refusals;
}

function intentOf(run: StoredRun, step: PlannedStep): StepState['intent'] {
  return run.state.steps.get(step.id)?.intent ?? null;
}

function outcomeOf(back: BackOutcome): RollbackReport['outcome'] {
  if (back.paused) return 'interrupted';
  return back.complete ? 'rolled-back' : 'incomplete';
}

function reportOf(
  state: RunState,
  toUndo: readonly BoundStep<PlannedStep>[],
  dryRun: boolean,
): Omit<RollbackReport, 'outcome'> {
  return {
    runId: state.runId,
    dryRun,
    changed: false,
    steps: stepReports(state.steps),
    toUndo: toUndo.map(({ step }) => step.id),
    refusals: [],
    undoErrors: [],
    remaining: [],
    durationMs: 0,
  };
}

async function refused(
  run: StoredRun,
  steps: readonly BoundStep<PlannedStep>[],
  refusals: readonly Refusal[],
  force: boolean,
): Promise<RollbackRefused> {
  const { runId } = run.state;
  const list = refusals.map(({ stepId, error }) => `${stepId}: ${error.message}`).join('; ');
  // Force gives way to what was edited, not to what has no room or no way: advised only where nothing else is left.
  const helps = !force && (await askAll(run, steps, true)).length === 0;
  const advice = helps
    ? 'Look at it, then roll back with force: what would be lost is kept among the records of the run'
    : 'Put that right, then roll back again';
  const message = `run ${runId} cannot go back as things are (${list}); nothing was changed. ${advice}`;
  return { code: 'ROLLBACK_REFUSED', message, runId, refusals };
}
