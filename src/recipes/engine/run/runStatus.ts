import { readdir, readlink, realpath } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../../posix/files/index.js';
import type { JournalError } from '../journal/journalError.js';
import type { RunFailure } from '../journal/journalRecord.js';
import type { Json } from '../plan/json.js';
import type { Plan } from '../plan/plan.js';
import { DEFAULT_STATE_DIR, lockFile } from '../journal/runFiles.js';
import { stepReports } from './runReport.js';
import type { StepReport } from './runReport.js';
import type { JournalState } from '../journal/journalState.js';
import { latestRun, standingRun } from '../journal/runStore.js';
import type { StoredRun } from '../journal/runStore.js';

/** State of a recipe's latest run. */
export type RunStatus = { readonly state: 'none' } | RunDetails;

/** What the journal of the latest run tells. @inline */
export interface RunDetails {
  readonly state: 'interrupted' | 'applied' | 'rolled-back';
  readonly runId: string;
  /** `back` after a failure or once a rollback has begun. */
  readonly direction: 'forward' | 'back';
  /** The process that holds the lock of all runs right now; null when none does, and an interrupted run waits. */
  readonly runningPid: number | null;
  readonly plan: Pick<Plan, 'recipe' | 'toolVersion' | 'createdAt' | 'host' | 'digest'>;
  readonly options: Json;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Time of the last record of the journal. */
  readonly lastAt: string;
  /** Milliseconds that the process which ended it took to apply it, null before. */
  readonly appliedMs: number | null;
  readonly steps: readonly StepReport[];
  readonly failure: RunFailure | null;
  readonly rollback: JournalState['rollback'];
  readonly verification: Json | null;
  /** The journal, for a person. */
  readonly journal: string;
  /** When this run is rolled back: the one before it that is not, which {@link rollbackRun} undoes when it is named. */
  readonly standing: { readonly runId: string; readonly startedAt: string } | null;
}

/**
 * State of the latest run of a recipe, from its journal; writes nothing and takes no lock. Runs of other recipes are not
 * looked at.
 *
 * A run in progress looks like an interrupted one, except for `runningPid`; the answer may be outdated a moment later.
 *
 * Errors: `JOURNAL_CORRUPT`, `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `IO`.
 *
 * @example
 * ```ts
 * import { runStatus } from '@wca/runtime-sdk/recipes';
 *
 * const status = await runStatus({ recipe: 'example' });
 * if (status.isErr()) console.error(status.error.code, status.error.message);
 * else if (status.value.state === 'interrupted') console.log('resume or roll back', status.value.runId);
 * ```
 */
export function runStatus(request: {
  readonly recipe: string;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
}): ResultAsync<RunStatus, JournalError> {
  return new ResultAsync(status(request.stateDir ?? DEFAULT_STATE_DIR, request.recipe));
}

/** The latest run, with the process that carries it out. */
async function latestWithHolder(
  stateDir: string,
  recipe: string,
): Promise<Result<{ readonly run: StoredRun; readonly holder: number | null } | null, JournalError>> {
  let seen: string | undefined;
  for (;;) {
    const run = await latestRun(stateDir, recipe);
    if (run.isErr()) return err(run.error);
    if (run.value === null) return ok(null);
    const holder = await lockHolder(lockFile(stateDir));
    const { status, runId, lastAt } = run.value.state;
    const record = `${runId} ${lastAt}`;
    if (status !== 'interrupted' || holder !== null || record === seen) return ok({ run: run.value, holder });
    // The run may have ended after its journal was read, and freed the lock: only the same record, read again, tells.
    seen = record;
  }
}

async function status(stateDir: string, recipe: string): Promise<Result<RunStatus, JournalError>> {
  const latest = await latestWithHolder(stateDir, recipe);
  if (latest.isErr()) return err(latest.error);
  if (latest.value === null) return ok({ state: 'none' });
  const { state, files } = latest.value.run;
  const { toolVersion, createdAt, host, digest } = state.plan;
  return ok({
    state: state.status,
    runId: state.runId,
    direction: state.direction,
    runningPid: latest.value.holder,
    plan: { recipe, toolVersion, createdAt, host, digest },
    options: state.options,
    startedAt: state.startedAt,
    lastAt: state.lastAt,
    appliedMs: state.appliedMs,
    steps: stepReports(state.steps),
    failure: state.failure,
    rollback: state.rollback,
    verification: state.verification,
    journal: files.journal,
    standing: state.status === 'rolled-back' ? await standingBefore(stateDir, recipe) : null,
  });
}

async function standingBefore(stateDir: string, recipe: string): Promise<RunDetails['standing']> {
  const run = await standingRun(stateDir, recipe);
  // An old journal that cannot be read must not hide the state of the latest run.
  if (run.isErr() || run.value === null) return null;
  const { runId, startedAt } = run.value.state;
  return { runId, startedAt };
}

/**
 * The process that holds the lock, or null. Taking the lock to find out could refuse a run that starts meanwhile.
 *
 * The file names the last holder, dead or alive: it holds the lock while it has the file open.
 */
async function lockHolder(path: string): Promise<number | null> {
  const file = await readRegularFile(path, { maxBytes: 64 });
  if (file.isErr()) return null;
  const text = file.value.bytes.toString('latin1').trim();
  if (!/^[1-9]\d{0,9}$/.test(text)) return null;
  const handles = `/proc/${text}/fd`;
  const names = await readdir(handles).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(`${handles}/${name}`).catch(() => null)));
  const real = await realpath(path).catch(() => path);
  return targets.includes(real) ? Number(text) : null;
}
