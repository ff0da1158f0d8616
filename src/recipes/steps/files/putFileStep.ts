import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { clearAbandoned, readPlace, removeFile, replaceFile } from '../../../posix/files/index.js';
import type { Remedy } from '../../../posix/findings/index.js';
import { shellWord } from '../../../posix/paths/index.js';
import type { ProgramError } from '../../../posix/programs/index.js';
import type { ParentError } from '../../../posix/handles/index.js';
import type { ReadFileError, RegularFile, RemoveFileError, ReplaceFileError } from '../../../posix/files/index.js';
import { absolutePath, accountId, defineStep, fileMode, record, sha256 } from '../../engine/index.js';
import type { Check, StepContext, StepDefinition, StepFailure, UndoNotes } from '../../engine/index.js';
import { lintPhp } from '../../../wordpress/php/index.js';
import { EDITED_REMEDY, fileState, inode } from './fileState.js';
import { restoreCommands } from './restoreCommands.js';
import { keepMtime, restoreMtime } from './keptMtime.js';

const args = record({
  path: absolutePath,
  /** Whole content, UTF-8. Plans show it: no secrets. */
  content: v.string(),
  /** Exact permission bits (`07777`). */
  mode: fileMode,
  uid: accountId,
  gid: accountId,
  /** Name of the validator that must accept the content before it replaces anything. Default `none`. */
  validate: v.exactOptional(v.string()),
  /** Refuse when a file with other content exists, instead of replacing it. */
  createOnly: v.exactOptional(v.boolean()),
  /** Words for the plan in place of the general ones. */
  title: v.exactOptional(v.string()),
  why: v.exactOptional(v.string()),
  /** For the plan: unified diff, secrets redacted. */
  diff: v.exactOptional(v.string()),
});

/** One whole file, with the content, owner and mode it gets. */
export type PutFileArgs = Readonly<v.InferOutput<typeof args>>;

/** What was there: nothing, or a file. */
const before = v.union([record({ bytes: v.null(), within: v.nullable(inode) }), fileState]);

type PutFileBefore = v.InferOutput<typeof before>;

/** Why a file was not written or not restored. */
export type PutFileFailure =
  /** `createOnly`, and a file with other content exists. */
  | { readonly code: 'FILE_IN_THE_WAY'; readonly message: string; readonly path: string }
  /** Something wrote to it after the run did. */
  | {
      readonly code: 'FILE_CHANGED_SINCE';
      readonly message: string;
      readonly path: string;
      readonly sha256: string;
      readonly remedy: Remedy;
    }
  | { readonly code: 'FILE_NOT_AS_WRITTEN'; readonly message: string; readonly path: string }
  | { readonly code: 'UNKNOWN_VALIDATOR'; readonly message: string; readonly validate: string }
  | ReadFileError
  | ParentError
  | ReplaceFileError
  | RemoveFileError
  | ProgramError;

/**
 * Checks the content of a file that is about to be written to `path`: a finished temporary file, and its bytes. Where others
 * may write to the directory, only the bytes are known to be those. An error keeps the file from being written.
 */
export type FileValidator = (temp: string, bytes: Buffer, path: string) => ResultAsync<void, StepFailure>;

type Validators = Readonly<Record<string, FileValidator>>;

/**
 * The definition of {@link putFileStep} with validators of your own, by name; `none` needs no entry.
 */
export function putFileDefinition(validators: Validators): StepDefinition<'posix.putFile', PutFileArgs, PutFileBefore> {
  return {
    kind: 'posix.putFile',
    args,
    before,
    describe: ({ path, title, why, diff }) => ({
      title: title ?? `Write ${path}`,
      why: why ?? 'the file must have exactly this content, owner and mode',
      ...(diff === undefined ? {} : { diff }),
      undo: `Put ${path} back as it was, or remove it`,
    }),
    writes: ({ path }) => [path],
    check: (wanted) => new ResultAsync(check(wanted, validators)),
    apply: (wanted, found, ctx) => new ResultAsync(apply(wanted, found, ctx, validators)),
    verify: (wanted) => new ResultAsync(verify(wanted)),
    undoable: (wanted, found, ctx) =>
      readPlace(wanted.path).andThen(({ file }) => (ctx.force ? ok(undefined) : mayUndo(wanted, found, file))),
    byHand: ({ path }, found, where) =>
      found.bytes === null ? [`rm -- ${shellWord(path)}`] : restoreCommands(path, found, where),
    tidy: ({ path }) => clearAbandoned(path),
    undo: (wanted, found, ctx) => new ResultAsync(undo(wanted, found, ctx)),
  };
}

/**
 * Writes a file with exactly this content, owner and mode, replaced whole or not at all.
 *
 * `validate: 'php'` has `php -l` accept it first. Satisfied when the file is exactly so. Undo restores bytes, owner, mode
 * and modification time of the original, or removes what was created, and only while the file still holds what this step
 * wrote: one that was edited since is left and reported, or, with force, kept among the records of the run. ACL and
 * attributes are those of the original throughout. It does not make directories. Errors: {@link PutFileFailure}.
 *
 * @example
 * ```ts
 * import { putFileStep } from '@wca/runtime-sdk/recipes';
 *
 * const check = await putFileStep.check({ path: '/etc/motd', content: 'hello\n', mode: 0o644, uid: 0, gid: 0 });
 * if (check.isErr()) console.error(check.error.code, check.error.message);
 * else console.log(check.value.state);
 * ```
 */
export const putFileStep = defineStep(putFileDefinition({ php: (_temp, bytes, path) => lintPhp(bytes, { path }) }));

async function check(args: PutFileArgs, validators: Validators): Promise<Result<Check<PutFileBefore>, PutFileFailure>> {
  const validate = args.validate ?? 'none';
  if (validate !== 'none' && !Object.hasOwn(validators, validate)) return err(unknownValidator(validate));
  const found = await readPlace(args.path);
  if (found.isErr()) return err(found.error);
  const { file, within } = found.value;
  if (file === null || within === null) return ok({ state: 'needed', before: { bytes: null, within } });
  if (isAsWanted(args, file)) return ok({ state: 'satisfied' });
  const foreign = !file.bytes.equals(Buffer.from(args.content));
  if (args.createOnly === true && foreign) return err(inTheWay(args.path));
  const { mode, uid, gid } = file;
  return ok({ state: 'needed', before: { bytes: file.bytes.toString('base64'), mode, uid, gid, within } });
}

async function apply(
  args: PutFileArgs,
  before: PutFileBefore,
  ctx: StepContext,
  validators: Validators,
): Promise<Result<void, PutFileFailure | StepFailure>> {
  const { path, content, mode, uid, gid, validate = 'none' } = args;
  const validator = Object.hasOwn(validators, validate) ? validators[validate] : undefined;
  if (validate !== 'none' && validator === undefined) return err(unknownValidator(validate));
  const found = await readPlace(path);
  if (found.isErr()) return err(found.error);
  if (found.value.file !== null) {
    const kept = await keepMtime(ctx, path);
    if (kept.isErr()) return err(kept.error);
  }
  const replaced = await replaceFile<StepFailure>(path, content, {
    mode,
    uid,
    gid,
    expect: bytesOf(before),
    within: before.within ?? undefined,
    ...(validator === undefined ? {} : { validate: (temp, bytes) => validator(temp, bytes, path) }),
  });
  return replaced.map(() => undefined);
}

async function verify(args: PutFileArgs): Promise<Result<void, PutFileFailure>> {
  const found = await readPlace(args.path);
  if (found.isErr()) return err(found.error);
  if (found.value.file !== null && isAsWanted(args, found.value.file)) return ok(undefined);
  const message = `${args.path} is not as this run wrote it; find out what else writes to it`;
  return err({ code: 'FILE_NOT_AS_WRITTEN', message, path: args.path });
}

async function undo(
  args: PutFileArgs,
  before: PutFileBefore,
  ctx: StepContext,
): Promise<Result<UndoNotes, PutFileFailure>> {
  const { path } = args;
  const found = await readPlace(path);
  if (found.isErr()) return err(found.error);
  const { file } = found.value;
  const notes: string[] = [];
  const allowed = mayUndo(args, before, file);
  if (allowed.isErr()) {
    if (!ctx.force || file === null) return err(allowed.error);
    const kept = ctx.recordPath(`edited-${sha256(file.bytes).slice(0, 12)}`);
    const saved = await replaceFile(kept, file.bytes, { mode: 0o600 });
    if (saved.isErr()) return err(saved.error);
    notes.push(`${path} was edited after the run; the edited file is kept in ${kept}`);
  }

  if (before.bytes === null) {
    if (file === null) return ok({ notes });
    const removed = await removeFile(path, { expect: file.bytes });
    return removed.map(() => ({ notes }));
  }
  if (file === null) notes.push(`${path} had been removed since; it is restored as it was before the run`);
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

/** It is ours, or already as before, or gone: undo loses nothing. */
function mayUndo(args: PutFileArgs, before: PutFileBefore, file: RegularFile | null): Result<void, PutFileFailure> {
  if (file === null || file.bytes.equals(Buffer.from(args.content))) return ok(undefined);
  if (before.bytes !== null && file.bytes.equals(Buffer.from(before.bytes, 'base64'))) return ok(undefined);
  const { path } = args;
  const digest = sha256(file.bytes);
  const message =
    `${path} was edited after the run (${file.bytes.length} bytes, sha256 ${digest.slice(0, 12)}…) and holds neither ` +
    'what the run wrote nor what was there before; a forced rollback keeps the edit among the records of the run';
  return err({ code: 'FILE_CHANGED_SINCE', message, path, sha256: digest, remedy: EDITED_REMEDY });
}

function bytesOf(before: PutFileBefore): Buffer | null {
  return before.bytes === null ? null : Buffer.from(before.bytes, 'base64');
}

function inTheWay(path: string): PutFileFailure {
  const message = `${path} exists with other content and may not be replaced; move it away, then plan again`;
  return { code: 'FILE_IN_THE_WAY', message, path };
}

function unknownValidator(validate: string): PutFileFailure {
  const message = `no validator is called '${validate}'; this is a bug of the recipe`;
  return { code: 'UNKNOWN_VALIDATOR', message, validate };
}
