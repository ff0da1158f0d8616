import { ResultAsync, err, errAsync, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { withHostLock } from '../../../posix/files/index.js';
import type { LockError } from '../../../posix/files/index.js';
import { otherHost } from './applyPlan.js';
import { endRun } from './endRun.js';
import type { JournalError } from '../journal/journalError.js';
import type { NoRun, OtherHost, ResumeRefusal } from './engineError.js';
import { applySteps } from './applySteps.js';
import type { FinalVerification } from './applySteps.js';
import type { PlanHost, PlannedStep } from '../plan/plan.js';
import type { Registry } from '../plan/registry.js';
import type { OnRunEvent } from './runEvent.js';
import { DEFAULT_STATE_DIR, lockFile } from '../journal/runFiles.js';
import type { RunReport } from './runReport.js';
import { RunSession } from './runSession.js';
import { latestRun, standingRun } from '../journal/runStore.js';
import type { StoredRun } from '../journal/runStore.js';
import { validateSteps } from '../plan/validateSteps.js';
import type { BoundStep, StepsError } from '../plan/validateSteps.js';

/** What {@link resumeRun} needs. @inline */
export interface ResumeRequest {
  /** Whose run; runs of other recipes are not looked at. */
  readonly recipe: string;
  readonly registry: Registry;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  /** This machine, to refuse a journal of another; not compared without it. */
  readonly host?: PlanHost;
  /** As for {@link applyPlan}: code cannot be kept in a journal. */
  readonly finalVerification?: FinalVerification;
  readonly onEvent?: OnRunEvent;
  /** As for {@link applyPlan}. */
  readonly signal?: AbortSignal;
  /** As for {@link applyPlan}. */
  readonly undo?: AbortSignal;
  /** The clock of the journal; for tests. */
  readonly now?: () => Date;
}

/**
 * Finishes the interrupted run of a recipe from its journal: applies the rest, or undoes the rest if it was being undone.
 *
 * Steps that are done are not done again, except one whose effect a later step ends (`ends`) and whose effect is gone. A
 * step cut off in the middle counts as done when its verification passes, else it is undone and done again. A run that
 * had failed, or was being rolled back, is rolled back to the end; the report then says `failed`.
 *
 * Err means that nothing was changed: `NO_RUN` when none is interrupted, `LOCKED`, `JOURNAL_CORRUPT`,
 * `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `OTHER_HOST`, `UNKNOWN_STEP_KIND`, `INVALID_RECIPE`, `INVALID_STEP_DATA`, `IO`.
 *
 * @example
 * ```ts
 * import { createRegistry, makeDirectoryStep, resumeRun } from '@wca/runtime-sdk/recipes';
 *
 * const resumed = await resumeRun({ recipe: 'example', registry: createRegistry([makeDirectoryStep]) });
 * if (resumed.isErr()) console.error(resumed.error.code, resumed.error.message);
 * else console.log(resumed.value.failed ? 'rolled back' : 'finished');
 * ```
 */
export function resumeRun(request: ResumeRequest): ResultAsync<RunReport, ResumeRefusal> {
  const { stateDir = DEFAULT_STATE_DIR, recipe } = request;
  return withRun(
    stateDir,
    () => findWaiting(stateDir, recipe),
    (run) => new ResultAsync(resume(request, stateDir, run)),
  );
}

/** The same for a caller who holds the lock of the state directory already. */
export function resumeRunLocked(request: ResumeRequest): ResultAsync<RunReport, ResumeRefusal> {
  const { stateDir = DEFAULT_STATE_DIR, recipe } = request;
  return findWaiting(stateDir, recipe).andThen((run) => new ResultAsync(resume(request, stateDir, run)));
}

/** The run of a recipe that is interrupted; a rollback of an earlier run may be, behind later ones that are undone. */
function findWaiting(stateDir: string, recipe: string): ResultAsync<StoredRun, JournalError | NoRun> {
  return new ResultAsync(standingRun(stateDir, recipe)).andThen((run) => {
    if (run?.state.status === 'interrupted') return okAsync(run);
    if (run !== null) return errAsync(noRun(recipe, 'applied'));
    return new ResultAsync(latestRun(stateDir, recipe)).andThen((latest) =>
      err(noRun(recipe, latest === null ? 'none' : 'rolled-back')),
    );
  });
}

async function resume(
  request: ResumeRequest,
  stateDir: string,
  run: StoredRun,
): Promise<Result<RunReport, ResumeRefusal>> {
  const steps = bindRun(run, request.registry, request.host);
  if (steps.isErr()) return err(steps.error);
  const { onEvent, now, finalVerification } = request;
  const session = await RunSession.reopen(run, { stateDir, steps: steps.value, onEvent, now });
  if (session.isErr()) return err(session.error);
  try {
    const { runId, plan } = run.state;
    session.value.emit({ type: 'run-resumed', runId, plan });
    const noted = await session.value.recordAnyway({ type: 'run-resumed' });
    // A full disk must not stop an undo; when applying, the next intent could not be written either.
    if (noted !== null && run.state.direction === 'forward') return err(noted);
    const isForward = run.state.direction === 'forward';
    return ok(
      await endRun(session.value, isForward ? await applySteps(session.value, request, finalVerification) : null),
    );
  } finally {
    await session.value.close();
  }
}

/** Takes the lock and calls `act` with the run that `find` finds under it. Creates nothing where there is no run. */
export function withRun<T, E, R, F>(
  stateDir: string,
  find: () => ResultAsync<R, F>,
  act: (run: R) => ResultAsync<T, E>,
): ResultAsync<T, E | F | LockError> {
  // Looked for before the lock too, which would create its file; what counts is what is found under the lock.
  return find().andThen(() => withHostLock<T, E | F>(lockFile(stateDir), () => find().andThen(act)));
}

/** The steps of a stored run with what carries them out, if this machine and this version may go on with it. */
export function bindRun(
  run: StoredRun,
  registry: Registry,
  host: PlanHost | undefined,
): Result<readonly BoundStep<PlannedStep>[], OtherHost | StepsError> {
  const { plan, steps } = run.state;
  if (host !== undefined && host.machineId !== plan.host.machineId) return err(otherHost(plan.host, host, 'run'));
  const bound = validateSteps(plan.steps, registry);
  if (bound.isErr()) return err(bound.error);
  for (const { step, kind } of bound.value) {
    const intent = steps.get(step.id)?.intent ?? null;
    const checked = intent === null ? ok(null) : kind.checkBefore(intent.before);
    if (checked.isErr())
      return err({ ...checked.error, message: `run ${run.state.runId}, step '${step.id}': ${checked.error.message}` });
  }
  return bound;
}

/** The refusal when a recipe has no run to go on with. */
export function noRun(recipe: string, state: NoRun['state']): NoRun {
  const message = {
    none: `no run of ${recipe} has been made on this host`,
    interrupted: `the latest run of ${recipe} is interrupted; resume it, or roll it back`,
    applied: `the latest run of ${recipe} is applied; there is nothing to resume`,
    'rolled-back': `the latest run of ${recipe} is rolled back; nothing of it is left`,
  }[state];
  return { code: 'NO_RUN', message, state };
}
