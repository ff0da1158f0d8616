import { constants } from 'node:fs';
import { lstat, open, readFile, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { runChecked } from '../../../posix/programs/index.js';
import type { IoError } from '../../../posix/paths/index.js';
import type { ProgramError } from '../../../posix/programs/index.js';
import { exactTime, isExactTime } from '../../../posix/files/index.js';
import type { StepContext } from '../../engine/index.js';
import { attemptAt, inheritedPath } from '../../../posix/handles/index.js';
import { attempt } from '../../../posix/paths/index.js';

const RECORD = 'mtime';

/**
 * Notes when a file was last modified, for {@link restoreMtime}; a second call keeps what the first noted.
 *
 * Not part of a step's `before`: a file written anew with the same bytes does not make a plan stale.
 */
export async function keepMtime(ctx: StepContext, path: string): Promise<Result<void, IoError>> {
  const stat = await attempt(() => lstat(path, { bigint: true }), 'lstat', path);
  if (stat.isErr()) return err(stat.error);
  const time = exactTime(stat.value.mtimeNs);
  const record = ctx.recordPath(RECORD);
  const kept = await readFile(record, 'latin1').catch(() => '');
  // A record that was cut off belongs to an act that never began.
  if (isExactTime(kept)) return ok(undefined);
  return attempt(() => writeFile(record, time, { mode: 0o600, flush: true }), 'write', record);
}

/** Restores the modification time that was noted, to the nanosecond, if one was. */
export async function restoreMtime(ctx: StepContext, path: string): Promise<Result<void, IoError | ProgramError>> {
  const record = ctx.recordPath(RECORD);
  const kept = await attempt(() => readFile(record, 'latin1'), 'read', record);
  if (kept.isErr()) return kept.error.errno === 'ENOENT' ? ok(undefined) : err(kept.error);
  const time = kept.value.trim();
  // Cut off by a crash before the act.
  if (!isExactTime(time)) return ok(undefined);
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const opened = await attemptAt(path, 'open', (at) => open(at, flags));
  if (opened.isErr()) return err(opened.error);
  try {
    return await setMtime(opened.value, path, time);
  } finally {
    await opened.value.close();
  }
}

/** By touch(1) on the open file, since Node sets times to the microsecond only. */
async function setMtime(file: FileHandle, path: string, time: string): Promise<Result<void, IoError | ProgramError>> {
  const stat = await attempt(() => file.stat({ bigint: true }), 'fstat', path);
  if (stat.isErr()) return err(stat.error);
  // In a directory of another account the name may be another file by now: only a regular file with one name is changed.
  if (!stat.value.isFile() || stat.value.nlink > 1n) return ok(undefined);
  // An undo with nothing to do must not fail where nothing can be changed.
  if (exactTime(stat.value.mtimeNs) === time) return ok(undefined);
  const args = ['--no-create', '-m', `--date=@${time}`, '--', inheritedPath(3)];
  const touched = await runChecked('touch', args, { inherit: [file.fd] });
  return touched.map(() => undefined);
}
