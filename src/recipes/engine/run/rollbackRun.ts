import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableJson } from '../../../posix/paths/index.js';
import { remedy } from '../../../posix/findings/index.js';
import type { JournalError } from '../journal/journalError.js';
import { latestRun, standingRun } from '../journal/runStore.js';
import type { NoRun, RollbackRefusal, RollbackRefused, StepRefusal } from './engineError.js';
import { undoSteps } from './undoSteps.js';
import type { UndoError, UndoOptions, UndoOutcome } from './undoSteps.js';
import type { PlanHost, PlannedStep } from '../plan/plan.js';
import type { Registry } from '../plan/registry.js';
import { bindRun, noRun, withRun } from './resumeRun.js';
import type { OnRunEvent } from './runEvent.js';
import { DEFAULT_STATE_DIR } from '../journal/runFiles.js';
import { remainingSteps, stepReports } from './runReport.js';
import type { RemainingStep, StepReport } from './runReport.js';
import { RunSession } from './runSession.js';
import type { JournalState, StepState } from '../journal/journalState.js';
import type { StoredRun } from '../journal/runStore.js';
import { stepContext } from './stepContext.js';
import type { BoundStep } from '../plan/validateSteps.js';
import { stopOutsideWindow } from './window.js';

/** What {@link rollbackRun} needs. @inline */
export interface RollbackRequest {
  /** Whose run; runs of other recipes are not looked at. */
  readonly recipe: string;
  readonly registry: Registry;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  /** Default: the latest run of the recipe. An earlier one only when every later one of the recipe is rolled back. */
  readonly runId?: string;
  /** This machine, to refuse a journal of another; not compared without it. */
  readonly host?: PlanHost;
  /** Undo although something was changed since; what would be lost is kept among the run's records. */
  readonly force?: boolean;
  /** Undo although programs that root runs afterwards were changed since the run; they stay as they are. */
  readonly acceptChangedPrograms?: boolean;
  /** Only check and report; change nothing. */
  readonly dryRun?: boolean;
  readonly onEvent?: OnRunEvent;
  /** Aborted: ends after the undo in progress, in the stop window after all of it; rolling back again continues. */
  readonly signal?: AbortSignal;
  /** The clock of the journal; for tests. */
  readonly now?: () => Date;
}

/** The result of a rollback. */
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
  readonly refusals: readonly StepRefusal[];
  /** Dry run: what the steps say of what was changed since, besides refusals. Empty otherwise: then the steps have notes. */
  readonly notes: readonly string[];
  readonly undoErrors: readonly UndoError[];
  readonly remaining: readonly RemainingStep[];
  readonly durationMs: number;
}

/**
 * Undoes the latest run of a recipe in reverse, whether it was applied or interrupted; already rolled back is success.
 * What an earlier run did stays until that run is named, and what another recipe did is not touched.
 *
 * Before the first change every step is asked whether it can be undone without losing what was written since;
 * one refusal refuses the whole, listing all. With `force`, an edit no longer refuses, but a step that cannot be undone
 * (no space, gone) still does. Then each step is undone, failures are collected, and rolling back again continues
 * with the rest; a rollback that had begun is not asked again. Only what the run did is undone: what it found satisfied
 * stays.
 *
 * Err means that nothing was changed: `NO_RUN`, `ROLLBACK_REFUSED`, `LOCKED`, `JOURNAL_CORRUPT`, `JOURNAL_UNTRUSTED`,
 * `JOURNAL_VERSION`, `OTHER_HOST`, `UNKNOWN_STEP_KIND`, `INVALID_RECIPE`, `INVALID_STEP_DATA`, `IO`.
 *
 * @example
 * ```ts
 * import { createRegistry, makeDirectoryStep, rollbackRun } from '@wca/runtime-sdk/recipes';
 *
 * const registry = createRegistry([makeDirectoryStep]);
 * const back = await rollbackRun({ recipe: 'example', registry, dryRun: true });
 * if (back.isErr()) console.error(back.error.code, back.error.message);
 * else console.log('would undo', back.value.toUndo, 'refused by', back.value.refusals);
 * ```
 */
export function rollbackRun(request: RollbackRequest): ResultAsync<RollbackReport, RollbackRefusal> {
  const { stateDir = DEFAULT_STATE_DIR, recipe, runId } = request;
  return withRun(
    stateDir,
    () => new ResultAsync(chosenRun(stateDir, recipe, runId)),
    (run) => new ResultAsync(rollBack(request, stateDir, run)),
  );
}

/** An earlier run can be named once those after it are undone: each builds on what the one before it left. */
async function chosenRun(
  stateDir: string,
  recipe: string,
  runId: string | undefined,
): Promise<Result<StoredRun, JournalError | NoRun>> {
  const latest = await latestRun(stateDir, recipe);
  if (latest.isErr()) return err(latest.error);
  if (latest.value === null) return err(noRun(recipe, 'none'));
  const { state } = latest.value;
  if (runId === undefined || runId === state.runId) return ok(latest.value);
  const standing = await standingRun(stateDir, recipe);
  if (standing.isErr()) return err(standing.error);
  const next = standing.value?.state.runId ?? null;
  if (standing.value !== null && runId === next) return ok(standing.value);
  const why = next === null ? `every run of ${recipe} is rolled back` : `the next one to roll back is ${next}`;
  const message = `run ${printableJson(runId.slice(0, 80))} of ${recipe} cannot be rolled back now: ${why}`;
  return err({ code: 'NO_RUN', message, state: state.status });
}

async function rollBack(
  request: RollbackRequest,
  stateDir: string,
  run: StoredRun,
): Promise<Result<RollbackReport, RollbackRefusal>> {
  const { dryRun = false, force = false, acceptChangedPrograms = false } = request;
  const agreed = { force, acceptChangedPrograms };
  const steps = bindRun(run, request.registry, request.host);
  if (steps.isErr()) return err(steps.error);
  const toUndo = steps.value.filter(({ step }) => intentOf(run, step) !== null).reverse();
  const report = reportOf(run.state, toUndo, dryRun);
  if (run.state.status === 'rolled-back') return ok({ ...report, outcome: 'rolled-back' });

  const begun = run.state.rollback !== null;
  // A rollback that had begun continues: a step that cannot be undone fails by itself, and the rest is undone.
  const { refusals, notes } = dryRun || !begun ? await askAll(run, toUndo, agreed) : { refusals: [], notes: [] };
  if (dryRun) return ok({ ...report, outcome: 'planned', refusals, notes });
  if (refusals.length > 0) return err(await refused(run, toUndo, refusals, agreed));

  const { onEvent, now, signal } = request;
  const session = await RunSession.reopen(run, { stateDir, steps: steps.value, onEvent, now });
  if (session.isErr()) return err(session.error);
  try {
    const undone = await undoSteps(session.value, {
      reason: 'requested',
      ...agreed,
      signal: stopOutsideWindow(session.value, signal),
    });
    const { state } = session.value;
    const remaining = remainingSteps(session.value);
    return ok({
      ...reportOf(state, toUndo, false),
      changed: remaining.length < toUndo.length,
      outcome: outcomeOf(undone),
      undoErrors: undone.errors,
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
  agreed: UndoOptions,
): Promise<{ readonly refusals: readonly StepRefusal[]; readonly notes: readonly string[] }> {
  const refusals: StepRefusal[] = [];
  const notes: string[] = [];
  for (const { step, kind } of steps) {
    const intent = intentOf(run, step);
    if (intent === null) continue;
    const asked = await kind.undoable(step.args, intent.before, stepContext(run.files, step.id, agreed));
    if (asked.isErr()) refusals.push({ stepId: step.id, title: step.title, error: asked.error });
    else notes.push(...asked.value.notes);
  }
  return { refusals, notes };
}

function intentOf(run: StoredRun, step: PlannedStep): StepState['intent'] {
  return run.state.steps.get(step.id)?.intent ?? null;
}

function outcomeOf({ paused, complete }: UndoOutcome): RollbackReport['outcome'] {
  if (paused) return 'interrupted';
  return complete ? 'rolled-back' : 'incomplete';
}

function reportOf(
  state: JournalState,
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
    notes: [],
    undoErrors: [],
    remaining: [],
    durationMs: 0,
  };
}

async function refused(
  run: StoredRun,
  steps: readonly BoundStep<PlannedStep>[],
  refusals: readonly StepRefusal[],
  agreed: UndoOptions,
): Promise<RollbackRefused> {
  const { runId } = run.state;
  const list = refusals.map(({ stepId, error }) => `${stepId}: ${error.message}`).join('; ');
  const helping = await optionsThatHelp(run, steps, agreed);
  const message =
    `run ${runId} cannot be rolled back now (${list}); nothing was changed` +
    (helping.includes('force') ? '. A forced rollback keeps what would be lost among the records of the run' : '');
  const way =
    helping.length > 0
      ? remedy.inOrder(remedy.text('look at what was edited'), ...helping.map((option) => remedy.option(option)))
      : remedy.text('correct that, then roll back again');
  return { code: 'ROLLBACK_REFUSED', message, runId, refusals, remedy: way };
}

/** No option makes up for a lack of space: they are recommended only where they remove every refusal, and the fewest. */
async function optionsThatHelp(
  run: StoredRun,
  steps: readonly BoundStep<PlannedStep>[],
  agreed: UndoOptions,
): Promise<readonly ('force' | 'acceptChangedPrograms')[]> {
  const choices = [['force'], ['acceptChangedPrograms'], ['force', 'acceptChangedPrograms']] as const;
  for (const options of choices) {
    if (options.some((option) => agreed[option] === true)) continue;
    const more = Object.fromEntries(options.map((option) => [option, true]));
    if ((await askAll(run, steps, { ...agreed, ...more })).refusals.length === 0) return options;
  }
  return [];
}
