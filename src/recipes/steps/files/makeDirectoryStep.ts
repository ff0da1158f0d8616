import { rmdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { clearAbandoned, makeDirectory } from '../../../posix/files/index.js';
import { attemptAt, lookAt } from '../../../posix/handles/index.js';
import { octalMode, shellWord } from '../../../posix/paths/index.js';
import type { IoError } from '../../../posix/paths/index.js';
import type { MakeDirectoryError } from '../../../posix/files/index.js';
import { absolutePath, accountId, defineStep, fileMode, record } from '../../engine/index.js';
import type { Check, UndoNotes } from '../../engine/index.js';
import { inode } from './fileState.js';

const args = record({
  /** Absolute; the directory above exists. */
  path: absolutePath,
  /** Exact permission bits (`07777`), whatever the umask. */
  mode: fileMode,
  uid: accountId,
  gid: accountId,
  /** Words for the plan in place of the general ones. */
  title: v.exactOptional(v.string()),
  why: v.exactOptional(v.string()),
});

/** One directory, with the owner and mode it gets. */
export type MakeDirectoryArgs = Readonly<v.InferOutput<typeof args>>;

/** Nothing was there: this kind does not change a directory that exists. */
const before = record({ exists: v.literal(false), within: v.nullable(inode) });

type MakeDirectoryBefore = v.InferOutput<typeof before>;

/** Why a directory was not made or not removed. */
export type MakeDirectoryFailure =
  | MakeDirectoryError
  | { readonly code: 'DIRECTORY_MISSING'; readonly message: string; readonly path: string }
  | IoError;

/**
 * Makes one directory with exactly this owner and mode.
 *
 * Satisfied when it is there and so; anything else at the path is refused (`EXISTS_DIFFERENTLY`), not adapted. Undo
 * removes the directory if it is empty; with something in it, it stays, with a note. Errors:
 * {@link MakeDirectoryFailure}.
 *
 * @example
 * ```ts
 * import { makeDirectoryStep } from '@wca/runtime-sdk/recipes';
 *
 * const check = await makeDirectoryStep.check({ path: '/srv/agent', mode: 0o750, uid: 0, gid: 0 });
 * if (check.isErr()) console.error(check.error.code, check.error.message);
 * else console.log(check.value.state);
 * ```
 */
export const makeDirectoryStep = defineStep({
  kind: 'posix.makeDirectory',
  args,
  before,
  describe: ({ path, title, why }) => ({
    title: title ?? `Create the directory ${path}`,
    why: why ?? 'later steps put files into it',
    undo: `Remove the directory ${path}`,
  }),
  writes: ({ path }) => [path],
  check: (wanted) => new ResultAsync(check(wanted)),
  apply: ({ path, mode, uid, gid }, { within }) =>
    makeDirectory(path, { mode, uid, gid }, { within: within ?? undefined }).map(() => undefined),
  verify: (wanted) =>
    new ResultAsync(check(wanted)).andThen((found) =>
      found.state === 'satisfied' ? ok(undefined) : err(missing(wanted.path)),
    ),
  byHand: ({ path }) => [`rmdir -- ${shellWord(path)}`],
  tidy: ({ path }) => clearAbandoned(path),
  undo: (wanted) => new ResultAsync(undo(wanted)),
});

async function check({
  path,
  mode,
  uid,
  gid,
}: MakeDirectoryArgs): Promise<Result<Check<MakeDirectoryBefore>, MakeDirectoryFailure>> {
  const looked = await lookAt(path);
  if (looked.isErr()) return err(looked.error);
  const { stat: found, within } = looked.value;
  if (found === null) return ok({ state: 'needed', before: { exists: false, within } });
  const owner = { mode: Number(found.mode), uid: Number(found.uid), gid: Number(found.gid) };
  const right = found.isDirectory() && (owner.mode & 0o7777) === mode && owner.uid === uid && owner.gid === gid;
  if (right) return ok({ state: 'satisfied' });
  const owned = `a directory of ${owner.uid}:${owner.gid}, mode ${octalMode(owner.mode)}`;
  const what = found.isDirectory() ? owned : 'no directory';
  const message =
    `${path} exists and is ${what}, expected a directory of ${uid}:${gid}, mode ${octalMode(mode)}; ` +
    'correct it or move it away, then plan again';
  return err({ code: 'EXISTS_DIFFERENTLY', message, path, found: what });
}

async function undo({ path }: MakeDirectoryArgs): Promise<Result<UndoNotes, MakeDirectoryFailure>> {
  const removed = await attemptAt(path, 'rmdir', rmdir);
  if (removed.isOk() || removed.error.errno === 'ENOENT') return ok({ notes: [] });
  const { errno } = removed.error;
  if (errno === 'ENOTEMPTY' || errno === 'EEXIST') {
    return ok({ notes: [`${path} is not empty: its content was put there since, so the directory stays`] });
  }
  return err(removed.error);
}

function missing(path: string): MakeDirectoryFailure {
  const message = `${path} was made and does not exist any more; find out what removes it`;
  return { code: 'DIRECTORY_MISSING', message, path };
}
