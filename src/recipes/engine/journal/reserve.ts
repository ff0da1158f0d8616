import { randomBytes } from 'node:crypto';
import { lstat, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../../posix/paths/index.js';
import type { RunFiles } from './runFiles.js';
import { attempt } from '../../../posix/paths/index.js';

/** Enough for the records of a rollback, and for one or two unit files. */
const RESERVE_BYTES = 1024 * 1024;
/** On another filesystem only one or two files are restored, and it may be small. */
const ELSEWHERE_BYTES = 64 * 1024;
const NAME = '.wca-reserve.';

/**
 * Reserves space that a rollback frees when a disk is full: on the state directory's filesystem, and on every other one
 * that holds one of the directories.
 *
 * Random bytes, since a filesystem that compresses would reserve nothing for zeros. The paths of the other files are
 * recorded before the files are created, so that none outlives its run.
 */
export function writeReserve(files: RunFiles, directories: readonly string[]): ResultAsync<void, IoError> {
  return new ResultAsync(write(files, directories));
}

async function write(files: RunFiles, directories: readonly string[]): Promise<Result<void, IoError>> {
  const own = await attempt(() => lstat(files.runDir), 'lstat', files.runDir);
  if (own.isErr()) return err(own.error);
  const kept = await fill(files.reserve, RESERVE_BYTES);
  if (kept.isErr()) return err(kept.error);
  const places = new Map<number, string>();
  for (const directory of directories) {
    const stat = await lstat(directory).catch(() => null);
    if (stat?.isDirectory() === true && stat.dev !== own.value.dev && !places.has(stat.dev))
      places.set(stat.dev, directory);
  }
  if (places.size === 0) return ok(undefined);
  const paths = [...places.values()].map((directory) => join(directory, NAME + randomBytes(6).toString('hex')));
  const noted = await attempt(
    () => writeFile(files.reservesElsewhere, JSON.stringify(paths), { flag: 'wx', mode: 0o600, flush: true }),
    'write',
    files.reservesElsewhere,
  );
  if (noted.isErr()) return err(noted.error);
  for (const path of paths) {
    const filled = await fill(path, ELSEWHERE_BYTES);
    if (filled.isErr()) return err(filled.error);
  }
  return ok(undefined);
}

/** Frees all of the space; already freed is success. */
export function removeReserve(files: RunFiles): ResultAsync<void, IoError> {
  return attempt(() => rm(files.reserve, { force: true }), 'unlink', files.reserve).andThen(() =>
    removeReservesElsewhere(files),
  );
}

/** Frees what was reserved outside of the state directory, so that no file of an ended run is left. */
export function removeReservesElsewhere(files: RunFiles): ResultAsync<void, IoError> {
  const remove = async (): Promise<void> => {
    const text = await readFile(files.reservesElsewhere, 'utf8').catch(() => '[]');
    for (const path of listed(text)) {
      if (typeof path === 'string' && basename(path).startsWith(NAME)) await rm(path, { force: true });
    }
    await rm(files.reservesElsewhere, { force: true });
  };
  return attempt(remove, 'unlink', files.reservesElsewhere);
}

/** A list that was cut off names no file that exists: it is written before the first file. */
function listed(text: string): readonly unknown[] {
  try {
    const paths: unknown = JSON.parse(text);
    return Array.isArray(paths) ? paths : [];
  } catch {
    return [];
  }
}

function fill(path: string, bytes: number): ResultAsync<void, IoError> {
  return attempt(() => writeFile(path, randomBytes(bytes), { flag: 'wx', mode: 0o600, flush: true }), 'write', path);
}
