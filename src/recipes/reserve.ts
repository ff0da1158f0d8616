import { rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import type { ResultAsync } from 'neverthrow';
import type { IoError } from '../posix/index.js';
import { attempt } from './attempt.js';
import type { RunFiles } from './runFiles.js';

/** Enough for the records of a way back, and for a unit or two to be written again. */
const RESERVE_BYTES = 1024 * 1024;

/**
 * Takes space on the state directory's filesystem that a rollback can have back when the disk is full.
 *
 * Random bytes, since a filesystem that compresses would keep nothing for zeros. It reserves nothing elsewhere.
 */
export function writeReserve(files: RunFiles): ResultAsync<void, IoError> {
  const write = (): Promise<void> =>
    writeFile(files.reserve, randomBytes(RESERVE_BYTES), { flag: 'wx', mode: 0o600, flush: true });
  return attempt(write, 'write', files.reserve);
}

/** Gives the space back; already given back is success. */
export function removeReserve(files: RunFiles): ResultAsync<void, IoError> {
  return attempt(() => rm(files.reserve, { force: true }), 'unlink', files.reserve);
}
