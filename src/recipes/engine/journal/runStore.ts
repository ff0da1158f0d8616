import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../../posix/paths/index.js';
import type { JournalError } from './journalError.js';
import { Journal, corrupt, readJournal } from './journal.js';
import type { RecordBody } from './journalRecord.js';
import { removeReserve, writeReserve } from './reserve.js';
import { runFilesIn, runsDir } from './runFiles.js';
import type { RunFiles } from './runFiles.js';
import { replay } from './journalState.js';
import type { JournalState } from './journalState.js';
import { checkPrivateDirectory, untrusted } from './trust.js';
import { attempt, printableJson } from '../../../posix/paths/index.js';

/** A run on this host, as its journal tells it. */
export interface StoredRun {
  readonly files: RunFiles;
  readonly state: JournalState;
}

/** What the name of a run directory says. */
interface RunName {
  readonly runId: string;
  readonly number: number;
  readonly recipe: string;
}

/** `000012-20260102T030405Z-migrate-off-root`: the number orders the runs, since a clock may jump. */
const RUN_ID = /^(\d{6})-\d{8}T\d{6}Z-([a-z0-9][a-z0-9.-]{0,63})$/;
/** A run directory that is being filled; not a run yet. */
const UNFINISHED = '.new-';

/** Makes the state directory if it is missing, and checks that only its owner has access to it. */
export async function ensureStateDir(stateDir: string): Promise<Result<void, JournalError>> {
  for (const path of [stateDir, runsDir(stateDir)]) {
    const there = await checkPrivateDirectory(path);
    if (there.isErr()) return err(there.error);
    if (there.value) continue;
    const made = await attempt(() => mkdir(path, 0o700), 'mkdir', path);
    if (made.isErr() && made.error.errno !== 'EEXIST') return err(made.error);
    const synced = await syncDirectory(dirname(path));
    if (synced.isErr()) return err(synced.error);
    const checked = await checkPrivateDirectory(path);
    if (checked.isErr()) return err(checked.error);
  }
  return ok(undefined);
}

/**
 * The latest run of a recipe, or null. Reads only.
 *
 * A run directory appears under its name with its first record whole, so one without any has lost them: what it did is
 * not known, and `JOURNAL_CORRUPT`. Runs of other recipes are not looked at.
 */
export async function latestRun(stateDir: string, recipe: string): Promise<Result<StoredRun | null, JournalError>> {
  return latestThat(stateDir, recipe, () => true);
}

/** The latest run of a recipe that was not rolled back, or null. Reads only. */
export async function standingRun(stateDir: string, recipe: string): Promise<Result<StoredRun | null, JournalError>> {
  return latestThat(stateDir, recipe, ({ status }) => status !== 'rolled-back');
}

/** The runs of a recipe of which one can be rolled back: the latest, and where that is undone, the latest that is not. Reads only. */
export async function undoableRuns(
  stateDir: string,
  recipe: string,
): Promise<Result<readonly StoredRun[], JournalError>> {
  const latest = await latestRun(stateDir, recipe);
  if (latest.isErr()) return err(latest.error);
  if (latest.value === null) return ok([]);
  const run = latest.value;
  if (run.state.status !== 'rolled-back') return ok([run]);
  const standing = await standingRun(stateDir, recipe);
  return standing.map((earlier) => (earlier === null ? [run] : [run, earlier]));
}

/** A run of any recipe that is interrupted, or null; while there is one, no other may begin. Reads only. */
export async function findInterrupted(stateDir: string): Promise<Result<StoredRun | null, JournalError>> {
  const names = await storedRuns(stateDir);
  if (names.isErr()) return err(names.error);
  for (const recipe of new Set(names.value.map((name) => name.recipe))) {
    const run = await standingRun(stateDir, recipe);
    if (run.isErr()) return err(run.error);
    if (run.value?.state.status === 'interrupted') return run;
  }
  return ok(null);
}

async function latestThat(
  stateDir: string,
  recipe: string,
  is: (state: JournalState) => boolean,
): Promise<Result<StoredRun | null, JournalError>> {
  const names = await storedRuns(stateDir);
  if (names.isErr()) return err(names.error);
  for (const name of names.value.filter((one) => one.recipe === recipe).reverse()) {
    const run = await loadRun(runFilesIn(join(runsDir(stateDir), name.runId)), name);
    if (run.isErr() || is(run.value.state)) return run;
  }
  return ok(null);
}

/** The runs of every recipe, oldest first; none where the state directory is missing. */
async function storedRuns(stateDir: string): Promise<Result<readonly RunName[], JournalError>> {
  for (const path of [stateDir, runsDir(stateDir)]) {
    const there = await checkPrivateDirectory(path);
    if (there.isErr()) return err(there.error);
    if (!there.value) return ok([]);
  }
  return listRuns(stateDir);
}

/** The id of the next run of a recipe; asked under the lock, it is free until that run is made. */
export async function nextRunId(stateDir: string, recipe: string, now: Date): Promise<Result<string, IoError>> {
  const names = await listRuns(stateDir);
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return names.map((found) => `${String((found.at(-1)?.number ?? 0) + 1).padStart(6, '0')}-${stamp}-${recipe}`);
}

/**
 * Makes the directory of a new run with its first records, so that it appears whole or not at all.
 *
 * `reserveIn` are directories that undo may have to write in: some space is kept on the filesystem of each. As etcd makes
 * its write-ahead log: under another name, synced, renamed, and the directory above synced.
 */
export async function createRun(
  stateDir: string,
  runId: string,
  first: readonly (readonly [RecordBody, Date])[],
  reserveIn: readonly string[] = [],
): Promise<Result<{ readonly files: RunFiles; readonly journal: Journal }, JournalError>> {
  const making = runFilesIn(join(runsDir(stateDir), UNFINISHED + runId));
  const files = runFilesIn(join(runsDir(stateDir), runId));

  const cleared = await removeUnfinished(stateDir);
  if (cleared.isErr()) return err(cleared.error);
  const made = await attempt(() => mkdir(making.runDir, 0o700), 'mkdir', making.runDir);
  if (made.isErr()) return err(made.error);
  const filled = await fillRun(making, first, reserveIn);
  const opened = filled.isErr() ? filled : await nameRun(stateDir, making, files);
  if (opened.isOk()) return ok({ files, journal: opened.value });
  // The run is refused, so it must not be left to be resumed. One rename, so that no half of it is ever seen.
  await rename(files.runDir, making.runDir).catch(() => undefined);
  await removeReserve(making).unwrapOr(undefined);
  await rm(making.runDir, { recursive: true, force: true }).catch(() => undefined);
  return err(opened.error);
}

async function nameRun(stateDir: string, making: RunFiles, files: RunFiles): Promise<Result<Journal, JournalError>> {
  const named = await attempt(() => rename(making.runDir, files.runDir), 'rename', files.runDir);
  if (named.isErr()) return err(named.error);
  const synced = await syncDirectory(runsDir(stateDir));
  if (synced.isErr()) return err(synced.error);
  // Opened anew, so that its messages name the place where it is now.
  const opened = await Journal.open(files);
  return opened.map(({ journal }) => journal);
}

async function fillRun(
  files: RunFiles,
  records: readonly (readonly [RecordBody, Date])[],
  reserveIn: readonly string[],
): Promise<Result<void, IoError>> {
  const dir = await attempt(() => mkdir(files.records, 0o700), 'mkdir', files.records);
  if (dir.isErr()) return err(dir.error);
  const reserve = await writeReserve(files, reserveIn);
  if (reserve.isErr()) return err(reserve.error);
  const journal = await Journal.create(files);
  if (journal.isErr()) return err(journal.error);
  try {
    for (const [body, at] of records) {
      const appended = await journal.value.append(body, at);
      if (appended.isErr()) return err(appended.error);
    }
  } finally {
    await journal.value.close();
  }
  return syncDirectory(files.runDir);
}

/** Removes run directories that a killed process was still filling. */
async function removeUnfinished(stateDir: string): Promise<Result<void, IoError>> {
  const dir = runsDir(stateDir);
  const names = await attempt(() => readdir(dir), 'readdir', dir);
  if (names.isErr()) return err(names.error);
  for (const name of names.value.filter((one) => one.startsWith(UNFINISHED))) {
    const path = join(dir, name);
    const given = await removeReserve(runFilesIn(path));
    if (given.isErr()) return err(given.error);
    const removed = await attempt(() => rm(path, { recursive: true, force: true }), 'rm', path);
    if (removed.isErr()) return err(removed.error);
  }
  return ok(undefined);
}

async function loadRun(files: RunFiles, name: RunName): Promise<Result<StoredRun, JournalError>> {
  for (const path of [files.runDir, files.records]) {
    const trusted = await checkPrivateDirectory(path);
    if (trusted.isErr()) return err(trusted.error);
    if (!trusted.value) return err(untrusted(path, 'it is missing'));
  }
  const text = await readJournal(files);
  if (text.isErr()) return err(text.error);
  const state = replay(text.value.records);
  if (state.isErr()) return err(corrupt(files, state.error));
  if (state.value === null) return err(corrupt(files, { record: 1, reason: 'it has no records left' }));
  const { runId, plan } = state.value;
  if (runId === name.runId && plan.recipe === name.recipe) return ok({ files, state: state.value });
  return err(untrusted(files.journal, `it is the journal of another run, ${printableJson(runId)} of ${plan.recipe}`));
}

/** Oldest first. */
async function listRuns(stateDir: string): Promise<Result<readonly RunName[], IoError>> {
  const dir = runsDir(stateDir);
  const names = await attempt(() => readdir(dir), 'readdir', dir);
  return names.map((found) =>
    found.sort().flatMap((runId): readonly RunName[] => {
      const [, number, recipe] = RUN_ID.exec(runId) ?? [];
      return number === undefined || recipe === undefined ? [] : [{ runId, number: Number(number), recipe }];
    }),
  );
}

async function syncDirectory(path: string): Promise<Result<void, IoError>> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  const opened = await attempt(() => open(path, flags), 'open', path);
  if (opened.isErr()) return err(opened.error);
  const synced = await attempt(() => opened.value.sync(), 'fsync', path);
  await opened.value.close();
  return synced;
}
