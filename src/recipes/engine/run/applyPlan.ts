import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableJson } from '../../../posix/paths/index.js';
import { withHostLock } from '../../../posix/files/index.js';
import { endRun } from './endRun.js';
import type { InterruptedRun } from '../journal/journalError.js';
import type { ApplyRefusal, OtherHost, PreflightFailed } from './engineError.js';
import { applySteps } from './applySteps.js';
import type { FinalVerification } from './applySteps.js';
import type { Json } from '../plan/json.js';
import type { Plan, PlanHost, PlannedStep } from '../plan/plan.js';
import type { Registry } from '../plan/registry.js';
import type { OnRunEvent } from './runEvent.js';
import { DEFAULT_STATE_DIR, lockFile } from '../journal/runFiles.js';
import type { RunReport } from './runReport.js';
import { RunSession } from './runSession.js';
import type { JournalState } from '../journal/journalState.js';
import { ensureStateDir, findInterrupted, nextRunId } from '../journal/runStore.js';
import type { StepFailure } from '../plan/step.js';
import { validateSteps } from '../plan/validateSteps.js';
import type { BoundStep, StepsError } from '../plan/validateSteps.js';

/** What {@link applyPlan} needs. @inline */
export interface ApplyRequest {
  readonly plan: Plan;
  readonly registry: Registry;
  /** Default `/var/lib/wca`. Made 0700 when it is not there; its parent must be. */
  readonly stateDir?: string;
  /** This machine, to refuse a plan of another; not compared without it. */
  readonly host?: PlanHost;
  /** Directories in which undo may have to write: some space is kept on each of their filesystems until the end. */
  readonly reserveIn?: readonly string[];
  /** Called under the lock before the first step; its failure is a refusal. Not called when nothing has to be done. */
  readonly preflight?: () => ResultAsync<void, StepFailure>;
  /** Proves the result at the end; its failure undoes everything. Not called when nothing had to be done. */
  readonly finalVerification?: FinalVerification;
  /** Kept in the journal and returned by {@link runStatus}. No secrets. */
  readonly options?: Json;
  readonly onEvent?: OnRunEvent;
  /**
   * Aborted: the run ends at the next step boundary, interrupted, to be resumed or rolled back. In the stop window (steps of
   * the phase `window`) it goes on to its end instead.
   */
  readonly signal?: AbortSignal;
  /** Aborted: everything is undone from the next step boundary on, also in the stop window, and the run has failed. */
  readonly undo?: AbortSignal;
  /** The clock of the journal; for tests. */
  readonly now?: () => Date;
}

/**
 * Carries a plan out, in order, so that after any failure the host is as it was, and after a kill at any instant
 * {@link resumeRun} or {@link rollbackRun} finishes the job.
 *
 * Under the host's lock: each step is checked again; a satisfied one is skipped; one that finds something else than it
 * was planned on is a failure. Before each act its intent, with all that undo needs, is on disk (write-ahead, fsync).
 * Any failure, the final verification's too, undoes in reverse what the run did; what cannot be undone is
 * collected and reported. A plan of which every step is satisfied leaves no run.
 *
 * The run belongs to the plan's recipe: only {@link resumeRun}, {@link rollbackRun} and {@link runStatus} of that recipe
 * find it. One run at a time holds for all recipes.
 *
 * It does not compare the plan's facts with the host: that is {@link comparePlans}, with a fresh plan. It does not
 * keep others from changing the host meanwhile.
 *
 * Err means that nothing was changed: `LOCKED` and the other errors of the lock, `INTERRUPTED_RUN` naming the recipe,
 * `JOURNAL_CORRUPT`, `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `OTHER_HOST`, `INVALID_RECIPE`, `UNKNOWN_STEP_KIND`,
 * `INVALID_STEP_DATA`, `STEP_CHECK_FAILED`, `CHANGED_SINCE_PLAN`, `PREFLIGHT_FAILED`, `IO`. A run that began and failed
 * is Ok, with `failed` in its report.
 *
 * @example
 * ```ts
 * import { applyPlan, createRegistry, makeDirectoryStep, parsePlan } from '@wca/runtime-sdk/recipes';
 * import { readFile } from 'node:fs/promises';
 *
 * const registry = createRegistry([makeDirectoryStep]);
 * const plan = parsePlan(await readFile('plan.json', 'utf8'), registry);
 * if (plan.isErr()) throw new Error(plan.error.message);
 * const applied = await applyPlan({ plan: plan.value, registry });
 * if (applied.isErr()) console.error('nothing was changed:', applied.error.message);
 * else if (applied.value.failed) console.error(applied.value.error?.error.message, applied.value.rolledBack);
 * ```
 */
export function applyPlan(request: ApplyRequest): ResultAsync<RunReport, ApplyRefusal> {
  const { stateDir = DEFAULT_STATE_DIR } = request;
  // Refused before the state directory is created.
  return bindPlan(request)
    .asyncAndThen(() => new ResultAsync(ensureStateDir(stateDir)))
    .andThen(() => withHostLock<RunReport, ApplyRefusal>(lockFile(stateDir), () => applyPlanLocked(request)));
}

/** The same for a caller who holds the lock of the state directory already. */
export function applyPlanLocked(request: ApplyRequest): ResultAsync<RunReport, ApplyRefusal> {
  return bindPlan(request).asyncAndThen((steps) => new ResultAsync(applyLocked(request, steps)));
}

function bindPlan({
  plan,
  registry,
  host,
}: ApplyRequest): Result<readonly BoundStep<PlannedStep>[], OtherHost | StepsError> {
  if (host !== undefined && host.machineId !== plan.host.machineId) return err(otherHost(plan.host, host, 'plan'));
  return validateSteps(plan.steps, registry);
}

async function applyLocked(
  request: ApplyRequest,
  steps: readonly BoundStep<PlannedStep>[],
): Promise<Result<RunReport, ApplyRefusal>> {
  const { plan, options = null, onEvent, now, stateDir = DEFAULT_STATE_DIR, reserveIn } = request;
  const waiting = await findInterrupted(stateDir);
  if (waiting.isErr()) return err(waiting.error);
  if (waiting.value !== null) return err(interruptedRun(waiting.value.state));
  const ready = plan.changed ? await request.preflight?.() : undefined;
  if (ready?.isErr() === true) return err(preflightFailed(ready.error));
  const runId = await nextRunId(stateDir, plan.recipe, now?.() ?? new Date());
  if (runId.isErr()) return err(runId.error);
  const session = RunSession.begin(runId.value, plan, options, { stateDir, steps, onEvent, now, reserveIn });
  try {
    session.emit({ type: 'run-started', runId: runId.value, plan });
    const outcome = await applySteps(session, request, request.finalVerification);
    if (outcome.kind === 'failed' && outcome.refusal !== null && session.files === null) return err(outcome.refusal);
    return ok(await endRun(session, outcome));
  } finally {
    await session.close();
  }
}

function preflightFailed(error: StepFailure): PreflightFailed {
  return { code: 'PREFLIGHT_FAILED', message: `${error.message} (nothing was changed)`, error };
}

/** The refusal of a new run while another one, of whatever recipe, is interrupted. */
export function interruptedRun({ runId, direction, startedAt, plan: { recipe } }: JournalState): InterruptedRun {
  const next =
    direction === 'back'
      ? `its rollback did not finish; roll back (or resume) the run of ${recipe} to finish it`
      : `resume the run of ${recipe} to finish it, or roll it back`;
  const message = `run ${runId} of ${recipe}, started ${startedAt}, is interrupted: ${next}; until then no other run can start`;
  return { code: 'INTERRUPTED_RUN', message, recipe, runId, direction };
}

/** The refusal of a plan or run of another machine. */
export function otherHost(of: PlanHost, here: PlanHost, what: 'plan' | 'run'): OtherHost {
  const message =
    `the ${what} is of another machine (${printableJson(of.hostname)}); this is ${printableJson(here.hostname)}: ` +
    (what === 'plan' ? 'make a plan here' : 'a journal can be used only on the machine that wrote it');
  return { code: 'OTHER_HOST', message, planHostname: of.hostname, hostname: here.hostname };
}
