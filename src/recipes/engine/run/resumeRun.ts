import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { withHostLock } from '../../../posix/processes/index.js';
import { otherHost } from './applyPlan.js';
import { endRun } from './endRun.js';
import type { JournalError } from '../journal/journalError.js';
import type { NoRun, OtherHost, ResumeRefusal } from './engineError.js';
import { goForward } from './goForward.js';
import type { FinalVerification } from './goForward.js';
import type { PlanHost, PlannedStep } from '../plan/plan.js';
import type { Registry } from '../plan/registry.js';
import type { OnRunEvent } from './runEvent.js';
import { DEFAULT_STATE_DIR, lockFile } from '../journal/runFiles.js';
import type { RunReport } from './runReport.js';
import { RunSession } from './runSession.js';
import { latestRun, standingRun } from '../journal/runStore.js';
import type { StoredRun } from '../journal/runStore.js';
import { validateSteps } from '../plan/validateSteps.js';
import type { BoundStep, InvalidRecipe, UnknownStepKind } from '../plan/validateSteps.js';

/** What {@link resumeRun} needs. */
export interface ResumeRequest {
  readonly registry: Registry;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  /** This machine, to refuse a journal of another; not compared without it. */
  readonly host?: PlanHost;
  /** As for {@link applyPlan}: code cannot be kept in a journal. */
  readonly finalVerification?: FinalVerification;
  readonly onEvent?: OnRunEvent;
  readonly signal?: AbortSignal;
  /** The clock of the journal; for tests. */
  readonly now?: () => Date;
}

/**
 * Finishes an interrupted run from its journal: forward where it was going forward, back where it was going back.
 *
 * Steps that are done are not done again, except one that holds something until a later step (`until`) and no longer
 * does. A step cut off in the middle is taken as done when it proves to be, else undone and done again. A run that had
 * failed, or was being rolled back, is rolled back to the end; the report then says `failed`.
 *
 * Err means that nothing was changed: `NO_RUN` when none is interrupted, `LOCKED`, `JOURNAL_CORRUPT`,
 * `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `OTHER_HOST`, `UNKNOWN_STEP_KIND`, `INVALID_RECIPE`, `IO`.
 *
 * @example
 * ```ts
 * import { createRegistry, eraseKind, makeDirectoryKind, resumeRun } from '@wca/runtime-sdk/recipes';
 *
 * const resumed = await resumeRun({ registry: createRegistry([eraseKind(makeDirectoryKind())]) });
 * if (resumed.isErr()) console.error(resumed.error.code, resumed.error.message);
 * else console.log(resumed.value.failed ? 'went back' : 'finished');
 * ```
 */
export function resumeRun(request: ResumeRequest): ResultAsync<RunReport, ResumeRefusal> {
  const { stateDir = DEFAULT_STATE_DIR } = request;
  return withRun(stateDir, undefined, (run) => new ResultAsync(resumeLocked(request, stateDir, run)));
}

async function resumeLocked(
  request: ResumeRequest,
  stateDir: string,
  run: StoredRun,
): Promise<Result<RunReport, ResumeRefusal>> {
  const { status } = run.state;
  if (status !== 'interrupted') return err(noRun(status));
  const steps = bindRun(run, request.registry, request.host);
  if (steps.isErr()) return err(steps.error);
  const { onEvent, now, signal, finalVerification } = request;
  const session = await RunSession.reopen(run, { stateDir, steps: steps.value, onEvent, now });
  if (session.isErr()) return err(session.error);
  try {
    const { runId, plan } = run.state;
    session.value.emit({ type: 'run-resumed', runId, plan });
    const noted = await session.value.recordAnyway({ type: 'run-resumed' });
    // On the way back a full disk must not matter; on the way forward the first intent would say so anyway.
    if (noted !== null && run.state.direction === 'forward') return err(noted);
    const forward = run.state.direction === 'forward';
    return ok(await endRun(session.value, forward ? await goForward(session.value, signal, finalVerification) : null));
  } finally {
    await session.value.close();
  }
}

/** Takes the lock and gives a run to `act`, the latest or the one named; `NO_RUN` when there is none. Makes nothing that is not there. */
export function withRun<T, E>(
  stateDir: string,
  runId: string | undefined,
  act: (run: StoredRun) => ResultAsync<T, E>,
): ResultAsync<T, E | ResumeRefusal> {
  const find = (): ResultAsync<StoredRun, JournalError | NoRun> => new ResultAsync(chosenRun(stateDir, runId));
  // Looked for before the lock too, which would make its file; what counts is what is found under the lock.
  return find().andThen(() => withHostLock<T, E | JournalError | NoRun>(lockFile(stateDir), () => find().andThen(act)));
}

/** An earlier run can be named once those after it are taken back: each rests on what the one before it left. */
async function chosenRun(
  stateDir: string,
  runId: string | undefined,
): Promise<Result<StoredRun, JournalError | NoRun>> {
  const latest = await latestRun(stateDir);
  if (latest.isErr()) return err(latest.error);
  if (latest.value === null) return err(noRun('none'));
  const { status } = latest.value.state;
  if (runId === undefined || runId === latest.value.state.runId) return ok(latest.value);
  const standing = await standingRun(stateDir);
  if (standing.isErr()) return err(standing.error);
  const first = standing.value?.state.runId ?? null;
  if (standing.value !== null && runId === first) return ok(standing.value);
  const why = first === null ? 'every run of this host is rolled back' : `the one to go back next is ${first}`;
  return err({
    code: 'NO_RUN',
    message: `run ${JSON.stringify(runId.slice(0, 80))} is none that can go back now: ${why}`,
    state: status,
  });
}

/** The steps of a stored run with what carries them out, if this machine and this version may go on with it. */
export function bindRun(
  run: StoredRun,
  registry: Registry,
  host: PlanHost | undefined,
): Result<readonly BoundStep<PlannedStep>[], OtherHost | InvalidRecipe | UnknownStepKind> {
  const { plan } = run.state;
  if (host !== undefined && host.machineId !== plan.host.machineId) return err(otherHost(plan.host, host, 'run'));
  return validateSteps(plan.steps, registry);
}

/** The refusal when there is no run to go on with. */
export function noRun(state: Exclude<NoRun['state'], 'interrupted'>): NoRun {
  const message =
    state === 'none'
      ? 'no run has been made on this host'
      : state === 'applied'
        ? 'the latest run is applied; there is nothing to resume'
        : 'the latest run is rolled back; there is nothing left of it';
  return { code: 'NO_RUN', message, state };
}
