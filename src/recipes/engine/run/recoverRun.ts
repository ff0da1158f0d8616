import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { withHostLock } from '../../../posix/processes/index.js';
import type { LockError } from '../../../posix/processes/index.js';
import type { JournalError } from '../journal/journalError.js';
import type { OtherHost } from './engineError.js';
import { undoStep } from './goBack.js';
import type { UndoError } from './goBack.js';
import type { PlanHost, PlannedStep } from '../plan/plan.js';
import type { Registry } from '../plan/registry.js';
import { bindRun } from './resumeRun.js';
import type { OnRunEvent } from './runEvent.js';
import { DEFAULT_STATE_DIR, lockFile } from '../journal/runFiles.js';
import { RunSession } from './runSession.js';
import type { RunState } from '../journal/runState.js';
import { latestRun } from '../journal/runStore.js';
import type { StoredRun } from '../journal/runStore.js';
import type { BoundStep, InvalidRecipe, UnknownStepKind } from '../plan/validateSteps.js';

/** What {@link recoverRun} needs. */
export interface RecoverRequest {
  readonly registry: Registry;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  /** This machine, to refuse a journal of another; not compared without it. */
  readonly host?: PlanHost;
  readonly onEvent?: OnRunEvent;
  /** The clock of the journal; for tests. */
  readonly now?: () => Date;
}

/** What was done so that the held services may start. */
export interface RecoveryReport {
  /** Null when there is no run. */
  readonly runId: string | null;
  /** Ids of the steps that were taken back, in that order; empty when everything fitted as it was. */
  readonly undone: readonly string[];
  /** What could not be taken back: then nothing may start. */
  readonly undoErrors: readonly UndoError[];
}

/** Why it is not known whether the services may start. */
export type RecoverRefusal = LockError | JournalError | OtherHost | InvalidRecipe | UnknownStepKind;

/**
 * Makes what a run left behind fit together again after a reboot, before the services it held start; starts nothing.
 *
 * A hold lasts until a reboot at most. Where a run was cut off between a hold and the step it lasts until, what was done
 * in between is undone in reverse, so that the services find what they had before; everywhere else old and new fit
 * as they are, and nothing is done. The run stays interrupted: {@link resumeRun} or {@link rollbackRun} ends it.
 * What systemd has loaded is not reloaded here. Doing it again does nothing more.
 *
 * An Ok with `undoErrors` means that the services must not start. Err means that nothing was changed: `LOCKED` (a
 * living process carries the run on), `JOURNAL_CORRUPT`, `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `OTHER_HOST`,
 * `UNKNOWN_STEP_KIND`, `INVALID_RECIPE`, `IO`.
 *
 * @example
 * ```ts
 * import { createRegistry, eraseKind, makeDirectoryKind, recoverRun } from '@wca/runtime-sdk/recipes';
 *
 * const recovered = await recoverRun({ registry: createRegistry([eraseKind(makeDirectoryKind())]) });
 * if (recovered.isErr()) console.error(recovered.error.code, recovered.error.message);
 * else console.log(recovered.value.undone, recovered.value.undoErrors.length === 0 ? 'may start' : 'must not start');
 * ```
 */
export function recoverRun(request: RecoverRequest): ResultAsync<RecoveryReport, RecoverRefusal> {
  const { stateDir = DEFAULT_STATE_DIR } = request;
  // Looked for before the lock too, which would make its file; what counts is what is found under the lock.
  return new ResultAsync(latestRun(stateDir)).andThen((found) =>
    found === null
      ? ok(NOTHING)
      : withHostLock<RecoveryReport, RecoverRefusal>(
          lockFile(stateDir),
          () => new ResultAsync(recover(request, stateDir)),
        ),
  );
}

const NOTHING: RecoveryReport = { runId: null, undone: [], undoErrors: [] };

async function recover(request: RecoverRequest, stateDir: string): Promise<Result<RecoveryReport, RecoverRefusal>> {
  const run = await latestRun(stateDir);
  if (run.isErr()) return err(run.error);
  if (run.value === null) return ok(NOTHING);
  const { state } = run.value;
  const open = state.status === 'interrupted' ? openWindow(state) : [];
  if (open.length === 0) return ok({ ...NOTHING, runId: state.runId });
  return takeBack(request, stateDir, run.value, new Set(open));
}

async function takeBack(
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
    const { error, notes } = await undoStep(session, bound, force);
    const durationMs = Math.round(performance.now() - startedAt);
    // A record that cannot be written costs only that the same is undone once more.
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
 * Ids of the steps with an effect between a hold and the step that ends it, while that one has none; in order.
 *
 * Once the ending step has begun, all between is done and fits what then starts. Pure.
 */
export function openWindow({ steps }: RunState): readonly string[] {
  const all = [...steps.values()];
  for (const [index, { step }] of all.entries()) {
    const end = all.findIndex((other) => other.step.id === step.until);
    if (end === -1 || all[end]?.intent !== null) continue;
    return all
      .slice(index + 1, end)
      .filter(({ intent, step: inner }) => intent !== null && inner.until === undefined)
      .map(({ step: inner }) => inner.id);
  }
  return [];
}
