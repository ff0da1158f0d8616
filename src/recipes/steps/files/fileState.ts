import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { remedy } from '../../../posix/findings/index.js';
import type { Remedy } from '../../../posix/findings/index.js';
import { readPlace, removeFile, replaceFile } from '../../../posix/files/index.js';
import type { ReplaceFileOptions } from '../../../posix/files/index.js';
import { accountId, fileMode, record, sha256 } from '../../engine/index.js';
import type { StepContext, StepFailure, UndoNotes } from '../../engine/index.js';
import { keepMtime, restoreMtime } from './keptMtime.js';

/** Schema of the inode number of the directory in which a step acts: another one is not acted in. */
export const inode = v.pipe(v.string(), v.digits());

/** Schema of {@link FileState}. */
export const fileState = record({
  /** Base64. */
  bytes: v.pipe(v.string(), v.base64()),
  mode: fileMode,
  uid: accountId,
  gid: accountId,
  within: inode,
});

/** A file as it was, whole: what undo needs to restore it, and the directory it lay in. */
export type FileState = Readonly<v.InferOutput<typeof fileState>>;

/** Reads a file as it is now, by the way of the writers; null when there is none. Anything but a regular file is refused. */
export function readFileState(path: string): ResultAsync<FileState | null, StepFailure> {
  return new ResultAsync(read(path));
}

async function read(path: string): Promise<Result<FileState | null, StepFailure>> {
  const place = await readPlace(path);
  if (place.isErr()) return err(place.error);
  const { file, within } = place.value;
  if (file === null || within === null) return ok(null);
  const { bytes, mode, uid, gid } = file;
  return ok({ bytes: bytes.toString('base64'), mode: mode & 0o7777, uid, gid, within });
}

/** Replaces a file that must still be as recorded, and notes its time so that undo can give it back. */
export function replaceRecorded(
  path: string,
  content: Buffer,
  before: FileState,
  ctx: StepContext,
  options: Omit<ReplaceFileOptions<StepFailure>, 'expect'> = {},
): ResultAsync<void, StepFailure> {
  return new ResultAsync<void, StepFailure>(keepMtime(ctx, path))
    .andThen(() => {
      const { bytes, within } = before;
      return replaceFile(path, content, { ...options, expect: Buffer.from(bytes, 'base64'), within });
    })
    .map(() => undefined);
}

/**
 * Whether a file can be restored: it is as this run wrote it, or as it was before. Anything else was written by someone
 * since and is not overwritten, unless the undo is forced, which keeps it among the records.
 */
export function mayRestore(
  path: string,
  before: FileState | null,
  ours: Buffer,
  ctx: Pick<StepContext, 'force'>,
): ResultAsync<void, StepFailure> {
  return readFileState(path).andThen((now) => {
    if (ctx.force) return ok(undefined);
    const same = now === null ? before === null : isOneOf(now, before, ours);
    return same ? ok(undefined) : err(changedSince(path));
  });
}

/**
 * Restores a file as it was, modification time included, or removes it when there was none. Already so is success.
 *
 * One that was edited since is refused, unless the undo is forced: then the edit is kept among the step's records.
 */
export function restoreFile(
  path: string,
  before: FileState | null,
  ours: Buffer,
  ctx: StepContext,
): ResultAsync<UndoNotes, StepFailure> {
  return new ResultAsync(restore(path, before, ours, ctx));
}

async function restore(
  path: string,
  before: FileState | null,
  ours: Buffer,
  ctx: StepContext,
): Promise<Result<UndoNotes, StepFailure>> {
  const now = await readFileState(path);
  if (now.isErr()) return err(now.error);
  if (now.value === null && before === null) return ok(NO_NOTES);
  const current = now.value === null ? null : Buffer.from(now.value.bytes, 'base64');
  const notes: string[] = [];
  if (now.value === null || !isOneOf(now.value, before, ours)) {
    if (!ctx.force) return err(changedSince(path));
    const kept = await keepEdit(path, current, ctx);
    if (kept.isErr()) return err(kept.error);
    notes.push(kept.value);
  }
  if (before === null) {
    if (current === null) return ok({ notes });
    const removed = await removeFile(path, { expect: current });
    return removed.isErr() ? err(removed.error) : ok({ notes });
  }
  const { mode, uid, gid } = before;
  const same =
    before.bytes === now.value?.bytes && mode === now.value.mode && uid === now.value.uid && gid === now.value.gid;
  if (!same) {
    const replaced = await replaceFile(path, Buffer.from(before.bytes, 'base64'), { mode, uid, gid, expect: current });
    if (replaced.isErr()) return err(replaced.error);
  }
  // Also where the rest is restored already: an undo may have been cut off between the two.
  const dated = await restoreMtime(ctx, path);
  return dated.isErr() ? err(dated.error) : ok({ notes });
}

/** Saves what a forced undo overwrites; returns the note that says where. */
async function keepEdit(path: string, edited: Buffer | null, ctx: StepContext): Promise<Result<string, StepFailure>> {
  if (edited === null) return ok(`${path} had been removed since; it is restored as it was before the run`);
  const kept = ctx.recordPath(`edited-${sha256(edited).slice(0, 12)}`);
  const saved = await replaceFile(kept, edited, { mode: 0o600 });
  return saved.isErr() ? err(saved.error) : ok(`${path} was edited after the run; the edited file is kept in ${kept}`);
}

/** What to do about a file that was edited after the run. */
export const EDITED_REMEDY: Remedy = remedy.anyOf(
  remedy.text('look at the file and correct it by hand'),
  remedy.option('force'),
);

const NO_NOTES: UndoNotes = { notes: [] };

function isOneOf(now: FileState, before: FileState | null, ours: Buffer): boolean {
  return now.bytes === ours.toString('base64') || now.bytes === before?.bytes;
}

function changedSince(path: string): StepFailure & { readonly remedy: Remedy } {
  const message =
    `${path} is neither as this run left it nor as it was before: someone edited it since; ` +
    'a forced rollback keeps the edit among the records of the run';
  return { code: 'CHANGED_SINCE', message, remedy: EDITED_REMEDY };
}
