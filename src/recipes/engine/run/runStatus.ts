import { readdir, readlink, realpath } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../../posix/files/index.js';
import type { JournalError, RunFailure } from '../journal/journalError.js';
import type { Json } from '../plan/json.js';
import type { Plan } from '../plan/plan.js';
import { DEFAULT_STATE_DIR, lockFile } from '../journal/runFiles.js';
import { stepReports } from './runReport.js';
import type { StepReport } from './runReport.js';
import type { RunState } from '../journal/runState.js';
import { latestRun, standingRun } from '../journal/runStore.js';

/** Where the latest run of a host stands. */
export type RunStatus = { readonly state: 'none' } | RunDetails;

/** What the journal of the latest run tells. */
export interface RunDetails {
  readonly state: 'interrupted' | 'applied' | 'rolled-back';
  readonly runId: string;
  /** `back` from its failure, or from the beginning of its rollback. */
  readonly direction: 'forward' | 'back';
  /** The process that carries the run on right now; null when none does, and an interrupted one waits. */
  readonly runningPid: number | null;
  readonly plan: Pick<Plan, 'recipe' | 'toolVersion' | 'createdAt' | 'host' | 'digest'>;
  readonly options: Json;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Time of the last word of the journal. */
  readonly lastAt: string;
  /** Milliseconds that the process which ended it took to apply it, null before. */
  readonly appliedMs: number | null;
  readonly steps: readonly StepReport[];
  readonly failure: RunFailure | null;
  readonly rollback: RunState['rollback'];
  readonly verification: Json | null;
  /** The journal, for a person. */
  readonly journal: string;
  /** When this run is rolled back: the one before it that is not, and that {@link rollbackRun} takes back when it is named. */
  readonly standing: { readonly runId: string; readonly startedAt: string } | null;
}

/**
 * Tells where the latest run stands, from its journal; writes nothing and takes no lock.
 *
 * A run that is going on right now looks like an interrupted one, except for `runningPid`; what it says may be
 * outdated a moment later.
 *
 * Errors: `JOURNAL_CORRUPT`, `JOURNAL_UNTRUSTED`, `JOURNAL_VERSION`, `IO`.
 *
 * @example
 * ```ts
 * import { runStatus } from '@wca/runtime-sdk/recipes';
 *
 * const status = await runStatus({});
 * if (status.isErr()) console.error(status.error.code, status.error.message);
 * else if (status.value.state === 'interrupted') console.log('resume or roll back', status.value.runId);
 * ```
 */
export function runStatus(request: { readonly stateDir?: string }): ResultAsync<RunStatus, JournalError> {
  return new ResultAsync(status(request.stateDir ?? DEFAULT_STATE_DIR));
}

async function status(stateDir: string): Promise<Result<RunStatus, JournalError>> {
  const run = await latestRun(stateDir);
  if (run.isErr()) return err(run.error);
  if (run.value === null) return ok({ state: 'none' });
  const { state, files } = run.value;
  const { recipe, toolVersion, createdAt, host, digest } = state.plan;
  return ok({
    state: state.status,
    runId: state.runId,
    direction: state.direction,
    runningPid: await lockHolder(lockFile(stateDir)),
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
    standing: state.status === 'rolled-back' ? await standingBefore(stateDir) : null,
  });
}

async function standingBefore(stateDir: string): Promise<RunDetails['standing']> {
  const run = await standingRun(stateDir);
  // A journal of long ago that cannot be read says nothing against the latest.
  if (run.isErr() || run.value === null) return null;
  const { runId, startedAt } = run.value.state;
  return { runId, startedAt };
}

/**
 * The process that holds the lock, or null; a lock that was tried here could refuse a run that begins meanwhile.
 *
 * The file names the last holder, and a dead one stays named: it holds the lock while it has the file open.
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
