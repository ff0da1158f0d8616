import { constants } from 'node:fs';
import { lstat, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { temporaryName } from '../../posix/handles/index.js';
import { attempt, resultOf } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { DEFAULT_STATE_DIR, checkPrivateDirectory, ensureStateDir, runFilesIn, runsDir } from '../engine/index.js';
import type { JournalError } from '../engine/index.js';
import { RUNNERS, changed, digestAt, ownRunner, placedRunner, trusted } from './runner.js';
import type { OwnProgram, Runner, RunnerError } from './runner.js';

/** Why the command line was not copied for root. */
export type PlaceRunnerError = RunnerError | JournalError;

/** What may name a copy besides journals: units, which a boot or a running systemd executes. */
const UNITS = ['/etc/systemd/system', '/run/systemd/transient'];

/** A copy that was just made may not be named yet. */
const NEW_MS = 60 * 60 * 1000;

/**
 * Makes sure that root can execute this Node and this copy of the command line: that nobody else can change them, and
 * that the copy has the content that the digest in its path names.
 *
 * Where it is missing, or is not whole, it is made of the package that is running, whose digest must be the same. The
 * directory appears under its name with all its files on disk. Copies that no unit and no journal of a run which may
 * still be undone names are removed.
 */
export async function placeRunner({ node, program }: OwnProgram): Promise<Result<void, PlaceRunnerError>> {
  const digest = digestAt(program);
  if (digest === null) return err(changed(program, `it is not a copy below ${RUNNERS}`));
  return resultOf(async function* () {
    yield* await trusted(node);
    yield* await ensureStateDir(DEFAULT_STATE_DIR);
    yield* await ensureRunners();
    const placed = await placedRunner(digest);
    if (placed.isOk() && placed.value !== null) return ok(undefined);
    const own = yield* await ownRunner();
    if (own.digest !== digest)
      return err(changed(program, 'it is missing, and this package is another one; make the plan again'));
    yield* await write(own);
    yield* await removeUnnamed(digest);
    const again = yield* await placedRunner(digest);
    return again === null ? err(changed(program, 'it was removed at once')) : ok(undefined);
  });
}

async function ensureRunners(): Promise<Result<void, JournalError>> {
  const made = await attempt(() => mkdir(RUNNERS, 0o700), 'mkdir', RUNNERS);
  if (made.isErr() && made.error.errno !== 'EEXIST') return err(made.error);
  return (await checkPrivateDirectory(RUNNERS)).map(() => undefined);
}

async function write({ digest, files }: Runner): Promise<Result<void, IoError>> {
  const making = join(RUNNERS, temporaryName(digest));
  const written = await attempt(
    async () => {
      await mkdir(making, 0o700);
      for (const { name, bytes } of files) await writeSynced(join(making, name), bytes);
      await sync(making);
      await moveInto(making, digest);
      await sync(RUNNERS);
    },
    'write',
    join(RUNNERS, digest),
  );
  if (written.isErr()) await rm(making, { recursive: true, force: true }).catch(() => undefined);
  return written;
}

/** One that is not whole gives way; one that another process has just made stays. */
async function moveInto(making: string, digest: string): Promise<void> {
  const path = join(RUNNERS, digest);
  const renamed = await attempt(() => rename(making, path), 'rename', path);
  if (renamed.isOk()) return;
  const there = await placedRunner(digest);
  await rm(there.isOk() && there.value !== null ? making : path, { recursive: true, force: true });
  if (there.isErr() || there.value === null) await rename(making, path);
}

async function writeSynced(path: string, bytes: Buffer): Promise<void> {
  const file = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the copies that nothing names any more, and what killed calls left. */
async function removeUnnamed(kept: string): Promise<Result<void, IoError>> {
  return attempt(
    async () => {
      const others = (await readdir(RUNNERS)).filter((name) => name !== kept);
      if (others.length === 0) return;
      const texts = await namingTexts();
      for (const name of others) {
        const path = join(RUNNERS, name);
        const { mtimeMs } = await lstat(path);
        if (Math.abs(Date.now() - mtimeMs) < NEW_MS || texts.some((text) => text.includes(name))) continue;
        await rm(path, { recursive: true, force: true });
      }
    },
    'readdir',
    RUNNERS,
  );
}

async function namingTexts(): Promise<readonly Buffer[]> {
  const runs = runsDir(DEFAULT_STATE_DIR);
  const journals = (await readdir(runs)).map((runId) => runFilesIn(join(runs, runId)).journal);
  const units = await Promise.all(
    UNITS.map(async (directory) => (await readdir(directory).catch(() => [])).map((name) => join(directory, name))),
  );
  const named = units.flat().filter((path) => path.endsWith('.service'));
  const texts = await Promise.all([...journals, ...named].map((path) => readFile(path).catch(() => null)));
  // What a rolled back run installed is gone, and a run is rolled back only once.
  return texts.filter((text) => text !== null && !text.includes('"type":"run-rolled-back"')) as Buffer[];
}
