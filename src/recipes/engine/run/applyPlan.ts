import { ResultAsync, err, errAsync, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { withHostLock } from '../../../posix/processes/index.js';
import { endRun } from './endRun.js';
import type { InterruptedRun } from '../journal/journalError.js';
import type { ApplyRefusal, OtherHost, PreflightFailed } from './engineError.js';
import { goForward } from './goForward.js';
import type { FinalVerification } from './goForward.js';
import type { Json } from '../plan/json.js';
import type { Plan, PlanHost, PlannedStep } from '../plan/plan.js';
import type { Registry } from '../plan/registry.js';
import type { OnRunEvent } from './runEvent.js';
import { DEFAULT_STATE_DIR, lockFile } from '../journal/runFiles.js';
import type { RunReport } from './runReport.js';
import { RunSession } from './runSession.js';
import type { RunState } from '../journal/runState.js';
import { ensureStateDir, latestRun } from '../journal/runStore.js';
import type { StepFailure } from '../plan/step.js';
import { validateSteps } from '../plan/validateSteps.js';
import type { BoundStep } from '../plan/validateSteps.js';

/** What {@link applyPlan} needs. */
export interface ApplyRequest {
  readonly plan: Plan;
  readonly registry: Registry;
  /** Default `/var/lib/wca`. Made 0700 when it is not there; its parent must be. */
  readonly stateDir?: string;
  /** This machine, to refuse a plan of another; not compared without it. */
  readonly host?: PlanHost;
  /** Directories in which undo may have to write: space for that is kept on each of their filesystems until the end. */
  readonly reserveIn?: readonly string[];
  /** Asked under the lock before the first step; its failure is a refusal. Not called when nothing has to be done. */
  readonly preflight?: () => ResultAsync<void, StepFailure>;
  /** Proves the whole at the end; its failure takes everything back. Not called when nothing had to be done. */
  readonly finalVerification?: FinalVerification;
  /** Kept in the journal and given back by {@link runStatus}. No secrets. */
  readonly options?: Json;
  readonly onEvent?: OnRunEvent;
  /** Aborted: the run ends at the next step boundary, interrupted, to be resumed or rolled back. */
  readonly signal?: AbortSignal;
  /** The clock of the journal; for tests. */
  readonly now?: () => Date;
}

/**
 * Carries a plan out, in order, so that after any failure the host is as it was, and after a kill at any instant
 * {@link resumeRun} or {@link rollbackRun} finishes the job.
 *
 * Under the host's lock: each step is checked again; a satisfied one is left; one that finds something else than it
 * was planned on is a failure. Before each act its intent, with all that undo needs, is on disk (write-ahead, fsync).
 * Any failure, the final verification's too, undoes in reverse whatever the run did; what cannot be undone is
 * collected and reported. A plan of which every step is satisfied leaves no run.
 *
 * It does not compare the plan's facts with the host: that is {@link comparePlans}, with a fresh plan. It does not
 * keep others from changing the host meanwhile.
 *
 * Err means that nothing was changed: `LOCKED` and the other errors of the lock, `INTERRUPTED_RUN`,
 * `JOURNAL_CORRUPT`, `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `OTHER_HOST`, `INVALID_RECIPE`, `UNKNOWN_STEP_KIND`,
 * `STEP_CHECK_FAILED`, `CHANGED_SINCE_PLAN`, `PREFLIGHT_FAILED`, `IO`. A run that began and failed is Ok, with `failed` in its report.
 *
 * @example
 * ```ts
 * import { applyPlan, createRegistry, eraseKind, makeDirectoryKind, parsePlan } from '@wca/runtime-sdk/recipes';
 * import { readFile } from 'node:fs/promises';
 *
 * const registry = createRegistry([eraseKind(makeDirectoryKind())]);
 * const plan = parsePlan(await readFile('plan.json', 'utf8'), registry);
 * if (plan.isErr()) throw new Error(plan.error.message);
 * const applied = await applyPlan({ plan: plan.value, registry });
 * if (applied.isErr()) console.error('nothing was changed:', applied.error.message);
 * else if (applied.value.failed) console.error(applied.value.error?.error.message, applied.value.rolledBack);
 * ```
 */
export function applyPlan(request: ApplyRequest): ResultAsync<RunReport, ApplyRefusal> {
  const { plan, registry, stateDir = DEFAULT_STATE_DIR, host } = request;
  if (host !== undefined && host.machineId !== plan.host.machineId) return errAsync(otherHost(plan.host, host, 'plan'));
  const steps = validateSteps(plan.steps, registry);
  if (steps.isErr()) return errAsync(steps.error);
  return new ResultAsync(ensureStateDir(stateDir)).andThen(() =>
    withHostLock<RunReport, ApplyRefusal>(
      lockFile(stateDir),
      () => new ResultAsync(applyLocked(request, stateDir, steps.value)),
    ),
  );
}

async function applyLocked(
  request: ApplyRequest,
  stateDir: string,
  steps: readonly BoundStep<PlannedStep>[],
): Promise<Result<RunReport, ApplyRefusal>> {
  const latest = await latestRun(stateDir);
  if (latest.isErr()) return err(latest.error);
  if (latest.value?.state.status === 'interrupted') return err(interruptedRun(latest.value.state));
  const { plan, options = null, onEvent, now } = request;
  const ready = plan.changed ? await request.preflight?.() : undefined;
  if (ready?.isErr() === true) return err(preflightFailed(ready.error));
  const session = RunSession.begin(plan, options, { stateDir, steps, onEvent, now, reserveIn: request.reserveIn });
  try {
    const outcome = await goForward(session, request.signal, request.finalVerification);
    if (outcome.kind === 'failed' && outcome.refusal !== null && session.files === null) return err(outcome.refusal);
    return ok(await endRun(session, outcome));
  } finally {
    await session.close();
  }
}

function preflightFailed(error: StepFailure): PreflightFailed {
  return { code: 'PREFLIGHT_FAILED', message: `${error.message} (nothing was changed)`, error };
}

/** The refusal of a new run while an old one waits. */
export function interruptedRun(state: RunState): InterruptedRun {
  const { runId, direction } = state;
  const way =
    direction === 'back'
      ? 'its rollback did not end; run rollback (or resume) to go on with it'
      : 'run resume to finish it, or rollback to go back';
  const message = `run ${runId}, begun ${state.startedAt}, is interrupted: ${way}; until then no other run begins`;
  return { code: 'INTERRUPTED_RUN', message, runId, direction };
}

/** The refusal of a plan or run of another machine. */
export function otherHost(of: PlanHost, here: PlanHost, what: 'plan' | 'run'): OtherHost {
  const message =
    `the ${what} is of another machine (${JSON.stringify(of.hostname)}); this is ${JSON.stringify(here.hostname)}: ` +
    (what === 'plan' ? 'make a plan here' : 'a journal is of use only where it was written');
  return { code: 'OTHER_HOST', message, planHostname: of.hostname, hostname: here.hostname };
}
