import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { clearAbandoned, readRegularFile, removeFile, replaceFile } from '../../../posix/files/index.js';
import { shellWord } from '../../../posix/paths/index.js';
import type { ProgramError } from '../../../posix/programs/index.js';
import type { ReadFileError, RegularFile, RemoveFileError, ReplaceFileError } from '../../../posix/files/index.js';
import { hasFields, isJsonObject, sha256 } from '../../engine/index.js';
import type { Check, Json, StepContext, StepFailure, StepKind, UndoNotes } from '../../engine/index.js';
import { restoreCommands } from './restoreCommands.js';
import { keepMtime, restoreMtime } from './keptMtime.js';

/** One whole file, as it shall be. */
export type PutFileArgs = Readonly<{
  /** Absolute. */
  path: string;
  /** Whole content, UTF-8. Plans show it: no secrets. */
  content: string;
  /** Exact permission bits (`07777`). */
  mode: number;
  uid: number;
  gid: number;
  /** Name of the validator that must accept the content before anyone sees it. Default `none`. */
  validate?: string;
  /** Refuse when a file with other content is there, instead of replacing it. */
  createOnly?: boolean;
  /** Words for the plan in place of the general ones. */
  title?: string;
  why?: string;
  /** For the plan: unified diff, secrets redacted. */
  diff?: string;
}>;

/** What was there: nothing, or a file, its bytes in base64. */
export type PutFileBefore =
  | { readonly bytes: null }
  | { readonly bytes: string; readonly mode: number; readonly uid: number; readonly gid: number };

/** Why a file was not put or not taken back. */
export type PutFileFailure =
  /** `createOnly`, and someone else's file is there. */
  | { readonly code: 'FILE_IN_THE_WAY'; readonly message: string; readonly path: string }
  /** Something wrote to it after the run did. */
  | { readonly code: 'FILE_CHANGED_SINCE'; readonly message: string; readonly path: string; readonly sha256: string }
  | { readonly code: 'FILE_NOT_AS_WRITTEN'; readonly message: string; readonly path: string }
  | { readonly code: 'UNKNOWN_VALIDATOR'; readonly message: string; readonly validate: string }
  | ReadFileError
  | ReplaceFileError
  | RemoveFileError
  | ProgramError;

/** Looks at a finished temporary file; its error keeps the file from being put. */
export type FileValidator<V> = (tempPath: string) => ResultAsync<void, V>;

/**
 * The kind `posix.putFile`: a file with exactly this content, owner and mode, replaced whole or not at all.
 *
 * Satisfied when the file is exactly so. Undo restores bytes, owner, mode and modification time
 * of the original, or removes what was created, and only while the file still holds what this step wrote: one that was
 * edited since is left and reported, or, with force, kept among the records of the run. ACL and attributes are those
 * of the original throughout. It does not make directories.
 *
 * @param options - `validators` by name, such as one that runs `php -l`; `none` needs no entry
 *
 * @example
 * ```ts
 * import { okAsync } from 'neverthrow';
 * import { createRegistry, eraseKind, putFileKind } from '@wca/runtime-sdk/recipes';
 *
 * const kind = putFileKind({ validators: { any: () => okAsync(undefined) } });
 * const check = await kind.check({ path: '/etc/motd', content: 'hello\n', mode: 0o644, uid: 0, gid: 0 });
 * if (check.isErr()) console.error(check.error.code, check.error.message);
 * console.log(createRegistry([eraseKind(kind)]).kinds);
 * ```
 */
export function putFileKind<V extends StepFailure>(options: {
  readonly validators: Readonly<Record<string, FileValidator<V>>>;
}): StepKind<'posix.putFile', PutFileArgs, PutFileBefore, PutFileFailure | V> {
  const { validators } = options;
  return {
    kind: 'posix.putFile',
    describe: ({ path, title, why, diff }) => ({
      title: title ?? `write ${path}`,
      why: why ?? 'the file must have exactly this content, owner and mode',
      ...(diff === undefined ? {} : { diff }),
    }),
    check: (args) => new ResultAsync(check(args, validators)),
    apply: (args, before, ctx) => new ResultAsync(apply(args, before, ctx, validators)),
    verify: (args) => new ResultAsync(verify(args)),
    undoable: (args, before, ctx) =>
      new ResultAsync(current(args.path)).andThen((found) =>
        ctx.force ? ok(undefined) : mayUndo(args, before, found),
      ),
    byHand: (args, before, where) =>
      before.bytes === null ? [`rm -- ${shellWord(args.path)}`] : restoreCommands(args.path, before, where),
    tidy: (args) => clearAbandoned(args.path),
    undo: (args, before, ctx) => new ResultAsync(undo(args, before, ctx)),
    isArgs: (value): value is PutFileArgs => hasFields(value, ARGS),
    isBefore,
  };
}

const ARGS = {
  path: 'string',
  content: 'string',
  mode: 'number',
  uid: 'number',
  gid: 'number',
  validate: 'string?',
  createOnly: 'boolean?',
  title: 'string?',
  why: 'string?',
  diff: 'string?',
} as const;

function isBefore(value: Json): value is PutFileBefore {
  if (isJsonObject(value) && value.bytes === null) return Object.keys(value).length === 1;
  return hasFields(value, { bytes: 'string', mode: 'number', uid: 'number', gid: 'number' });
}

async function check<V>(
  args: PutFileArgs,
  validators: Readonly<Record<string, FileValidator<V>>>,
): Promise<Result<Check<PutFileBefore>, PutFileFailure>> {
  const validate = args.validate ?? 'none';
  if (validate !== 'none' && !Object.hasOwn(validators, validate)) return err(unknownValidator(validate));
  const found = await current(args.path);
  if (found.isErr()) return err(found.error);
  const file = found.value;
  if (file === null) return ok({ state: 'needed', before: { bytes: null } });
  if (isAsWanted(args, file)) return ok({ state: 'satisfied' });
  const foreign = !file.bytes.equals(Buffer.from(args.content));
  if (args.createOnly === true && foreign) return err(inTheWay(args.path));
  const { mode, uid, gid } = file;
  return ok({ state: 'needed', before: { bytes: file.bytes.toString('base64'), mode, uid, gid } });
}

async function apply<V>(
  args: PutFileArgs,
  before: PutFileBefore,
  ctx: StepContext,
  validators: Readonly<Record<string, FileValidator<V>>>,
): Promise<Result<void, PutFileFailure | V>> {
  const { path, content, mode, uid, gid, validate = 'none' } = args;
  const validator = Object.hasOwn(validators, validate) ? validators[validate] : undefined;
  if (validate !== 'none' && validator === undefined) return err(unknownValidator(validate));
  const found = await current(path);
  if (found.isErr()) return err(found.error);
  if (found.value !== null) {
    const kept = await keepMtime(ctx, path);
    if (kept.isErr()) return err(kept.error);
  }
  const replaced = await replaceFile<V>(path, content, {
    mode,
    uid,
    gid,
    expect: bytesOf(before),
    ...(validator === undefined ? {} : { validate: validator }),
  });
  return replaced.map(() => undefined);
}

async function verify(args: PutFileArgs): Promise<Result<void, PutFileFailure>> {
  const found = await current(args.path);
  if (found.isErr()) return err(found.error);
  if (found.value !== null && isAsWanted(args, found.value)) return ok(undefined);
  const message = `${args.path} is not as it was written a moment ago; find out what else writes to it`;
  return err({ code: 'FILE_NOT_AS_WRITTEN', message, path: args.path });
}

async function undo(
  args: PutFileArgs,
  before: PutFileBefore,
  ctx: StepContext,
): Promise<Result<UndoNotes, PutFileFailure>> {
  const { path } = args;
  const found = await current(path);
  if (found.isErr()) return err(found.error);
  const file = found.value;
  const notes: string[] = [];
  const allowed = mayUndo(args, before, file);
  if (allowed.isErr()) {
    if (!ctx.force || file === null) return err(allowed.error);
    const kept = ctx.recordPath(`edited-${sha256(file.bytes).slice(0, 12)}`);
    const saved = await replaceFile(kept, file.bytes, { mode: 0o600 });
    if (saved.isErr()) return err(saved.error);
    notes.push(`${path} was edited after the run; what it held is kept in ${kept}`);
  }

  if (before.bytes === null) {
    if (file === null) return ok({ notes });
    const removed = await removeFile(path, { expect: file.bytes });
    return removed.map(() => ({ notes }));
  }
  if (file === null) notes.push(`${path} had been removed since; it is back as it was before the run`);
  const bytes = Buffer.from(before.bytes, 'base64');
  const { mode, uid, gid } = before;
  if (!(file?.bytes.equals(bytes) === true && file.mode === mode && file.uid === uid && file.gid === gid)) {
    const restored = await replaceFile(path, bytes, { mode, uid, gid, expect: file?.bytes ?? null });
    if (restored.isErr()) return err(restored.error);
  }
  const dated = await restoreMtime(ctx, path);
  return dated.map(() => ({ notes }));
}

function isAsWanted(args: PutFileArgs, file: RegularFile): boolean {
  const { content, mode, uid, gid } = args;
  return file.bytes.equals(Buffer.from(content)) && file.mode === mode && file.uid === uid && file.gid === gid;
}

/** Ours, or already as before, or gone: nothing is lost by going back. */
function mayUndo(args: PutFileArgs, before: PutFileBefore, file: RegularFile | null): Result<void, PutFileFailure> {
  if (file === null || file.bytes.equals(Buffer.from(args.content))) return ok(undefined);
  if (before.bytes !== null && file.bytes.equals(Buffer.from(before.bytes, 'base64'))) return ok(undefined);
  const { path } = args;
  const digest = sha256(file.bytes);
  const message =
    `${path} was edited after the run (${file.bytes.length} bytes, sha256 ${digest.slice(0, 12)}…) and holds neither ` +
    'what the run wrote nor what was there before; look at it and put it right by hand, or roll back with --force';
  return err({ code: 'FILE_CHANGED_SINCE', message, path, sha256: digest });
}

function bytesOf(before: PutFileBefore): Buffer | null {
  return before.bytes === null ? null : Buffer.from(before.bytes, 'base64');
}

/** The file, or null when nothing is there; a link or directory there is an error. */
async function current(path: string): Promise<Result<RegularFile | null, ReadFileError>> {
  const read = await readRegularFile(path);
  if (read.isErr() && read.error.code === 'NOT_FOUND') return ok(null);
  return read;
}

function inTheWay(path: string): PutFileFailure {
  const message = `${path} exists with other content and is not to be replaced; move it away, then plan again`;
  return { code: 'FILE_IN_THE_WAY', message, path };
}

function unknownValidator(validate: string): PutFileFailure {
  const message = `no validator is called '${validate}'; this is a bug of the recipe`;
  return { code: 'UNKNOWN_VALIDATOR', message, validate };
}
