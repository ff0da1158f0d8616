import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { LockError } from '../../../posix/files/index.js';
import type { JournalError } from '../journal/journalError.js';
import type { OtherHost } from './engineError.js';
import { undoStep } from './undoSteps.js';
import type { UndoError } from './undoSteps.js';
import type { PlanHost, PlannedStep } from '../plan/plan.js';
import type { Registry } from '../plan/registry.js';
import { bindRun, withRun } from './resumeRun.js';
import type { OnRunEvent } from './runEvent.js';
import { DEFAULT_STATE_DIR } from '../journal/runFiles.js';
import { RunSession } from './runSession.js';
import type { JournalState, StepState } from '../journal/journalState.js';
import { standingRun } from '../journal/runStore.js';
import type { StoredRun } from '../journal/runStore.js';
import type { BoundStep, StepsError } from '../plan/validateSteps.js';

/** What {@link recoverRun} needs. @inline */
export interface RecoverRequest {
  /** Whose run; runs of other recipes are not looked at. */
  readonly recipe: string;
  readonly registry: Registry;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  /** This machine, to refuse a journal of another; not compared without it. */
  readonly host?: PlanHost;
  readonly onEvent?: OnRunEvent;
  /** The clock of the journal; for tests. */
  readonly now?: () => Date;
}

/** What was undone so that the masked services may start. @inline */
export interface RecoveryReport {
  /** Null when there is no run. */
  readonly runId: string | null;
  /** Ids of the steps that were undone, in that order; empty when nothing had to be. */
  readonly undone: readonly string[];
  /** What could not be undone: then nothing may start. */
  readonly undoErrors: readonly UndoError[];
}

/** Why it is not known whether the services may start. */
export type RecoverRefusal = LockError | JournalError | OtherHost | StepsError;

/**
 * Repairs the host after a reboot in the middle of a recipe's run, before the services that the run had masked start;
 * starts nothing.
 *
 * A mask lasts until a reboot at most. Where a run was cut off between a step and the later one that `ends` its effect,
 * what was done in between is undone in reverse, so that the services find what they had before; anywhere else the
 * services can start as things are, and nothing is done. The run stays interrupted: {@link resumeRun} or
 * {@link rollbackRun} ends it. systemd is not reloaded here. Doing it again does nothing more.
 *
 * An Ok with `undoErrors` means that the services must not start. Err means that nothing was changed: `LOCKED` (a
 * living process continues the run), `JOURNAL_CORRUPT`, `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `OTHER_HOST`,
 * `UNKNOWN_STEP_KIND`, `INVALID_RECIPE`, `INVALID_STEP_DATA`, `IO`.
 *
 * @example
 * ```ts
 * import { createRegistry, makeDirectoryStep, recoverRun } from '@wca/runtime-sdk/recipes';
 *
 * const recovered = await recoverRun({ recipe: 'example', registry: createRegistry([makeDirectoryStep]) });
 * if (recovered.isErr()) console.error(recovered.error.code, recovered.error.message);
 * else console.log(recovered.value.undone, recovered.value.undoErrors.length === 0 ? 'may start' : 'must not start');
 * ```
 */
export function recoverRun(request: RecoverRequest): ResultAsync<RecoveryReport, RecoverRefusal> {
  const { stateDir = DEFAULT_STATE_DIR, recipe } = request;
  const find = (): ResultAsync<StoredRun | null, JournalError> => new ResultAsync(standingRun(stateDir, recipe));
  return find().andThen((found): ResultAsync<RecoveryReport, RecoverRefusal> =>
    found === null
      ? okAsync(NOTHING)
      : withRun(stateDir, find, (run) => new ResultAsync(recover(request, stateDir, run))),
  );
}

const NOTHING: RecoveryReport = { runId: null, undone: [], undoErrors: [] };

async function recover(
  request: RecoverRequest,
  stateDir: string,
  run: StoredRun | null,
): Promise<Result<RecoveryReport, RecoverRefusal>> {
  if (run === null) return ok(NOTHING);
  const open = run.state.status === 'interrupted' ? openWindow(run.state) : [];
  if (open.length === 0) return ok({ ...NOTHING, runId: run.state.runId });
  return undoWindow(request, stateDir, run, new Set(open));
}

async function undoWindow(
  request: RecoverRequest,
  stateDir: string,
  run: StoredRun,
  ids: ReadonlySet<string>,
): Promise<Result<RecoveryReport, RecoverRefusal>> {
  const { registry, host, onEvent, now } = request;
  const steps = bindRun(run, registry, host);
  if (steps.isErr()) return err(steps.error);
  const session = await RunSession.reopen(run, { stateDir, steps: steps.value, onEvent, now });
  if (session.isErr()) return err(session.error);
  try {
    const open = steps.value.filter(({ step }) => ids.has(step.id)).reverse();
    return ok({ runId: run.state.runId, ...(await undoAll(session.value, open)) });
  } finally {
    await session.value.close();
  }
}

async function undoAll(
  session: RunSession,
  steps: readonly BoundStep<PlannedStep>[],
): Promise<Pick<RecoveryReport, 'undone' | 'undoErrors'>> {
  const undone: string[] = [];
  const undoErrors: UndoError[] = [];
  const force = session.state.rollback?.force ?? false;
  for (const bound of steps) {
    const { step } = bound;
    session.emit({ type: 'undo-started', step });
    const startedAt = performance.now();
    const { error, notes } = await undoStep(session, bound, { force });
    const durationMs = Math.round(performance.now() - startedAt);
    // Without the record, the step is undone once more; undo is idempotent.
    if (error === null) await session.recordAnyway({ type: 'step-undone', id: step.id, notes, durationMs });
    else await session.recordAnyway({ type: 'step-undo-failed', id: step.id, error });
    if (error === null) undone.push(step.id);
    else undoErrors.push({ stepId: step.id, error });
    session.emit({ type: 'undo-done', step, notes, error, elapsedMs: durationMs });
  }
  if (undoErrors.length === 0) await session.recordAnyway({ type: 'run-recovered' });
  return { undone, undoErrors };
}

/**
 * Ids of the steps with an effect between a step and the later one that ends its effect, while that one has not begun; in
 * order.
 *
 * Once the ending step has begun, everything in between is done, and the services fit it. Pure.
 */
export function openWindow({ steps }: JournalState): readonly string[] {
  const all = [...steps.values()];
  const endOf = ({ step: { id } }: StepState): number => all.findIndex(({ step }) => step.ends?.includes(id) === true);
  for (const [index, state] of all.entries()) {
    const end = endOf(state);
    if (end === -1 || all[end]?.intent !== null) continue;
    return all
      .slice(index + 1, end)
      .filter((inner) => inner.intent !== null && endOf(inner) === -1)
      .map(({ step }) => step.id);
  }
  return [];
}
