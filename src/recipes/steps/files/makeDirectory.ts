import { lstat, rmdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { clearAbandoned, makeDirectory } from '../../../posix/files/index.js';
import { attemptAt } from '../../../posix/handles/index.js';
import { octalMode, shellWord, attempt } from '../../../posix/paths/index.js';
import type { IoError } from '../../../posix/paths/index.js';
import type { InvalidPath } from '../../../posix/handles/index.js';
import type { MakeDirectoryError } from '../../../posix/files/index.js';
import { hasFields } from '../../engine/index.js';
import type { Check, StepKind, UndoNotes } from '../../engine/index.js';

/** One directory, as it shall be. */
export type MakeDirectoryArgs = Readonly<{
  /** Absolute; the directory above exists. */
  path: string;
  /** Exact permission bits (`07777`), whatever the umask. */
  mode: number;
  uid: number;
  gid: number;
  /** Words for the plan in place of the general ones. */
  title?: string;
  why?: string;
}>;

/** Nothing was there: a directory that is there already is not changed by this kind. */
export type MakeDirectoryBefore = Readonly<{ exists: false }>;

/** Why a directory was not made or not removed. */
export type MakeDirectoryFailure =
  | MakeDirectoryError
  | InvalidPath
  | { readonly code: 'DIRECTORY_MISSING'; readonly message: string; readonly path: string }
  | IoError;

/**
 * The kind `posix.makeDirectory`: one directory with exactly this owner and mode.
 *
 * Satisfied when it is there and so; anything else at the path is refused (`EXISTS_DIFFERENTLY`), not adapted. Undo
 * removes the directory if it is empty; what others put into it since stays, with a note.
 *
 * @example
 * ```ts
 * import { makeDirectoryKind } from '@wca/runtime-sdk/recipes';
 *
 * const check = await makeDirectoryKind().check({ path: '/srv/agent', mode: 0o750, uid: 0, gid: 0 });
 * if (check.isErr()) console.error(check.error.code, check.error.message);
 * else console.log(check.value.state);
 * ```
 */
export function makeDirectoryKind(): StepKind<
  'posix.makeDirectory',
  MakeDirectoryArgs,
  MakeDirectoryBefore,
  MakeDirectoryFailure
> {
  return {
    kind: 'posix.makeDirectory',
    describe: ({ path, title, why }) => ({
      title: title ?? `make the directory ${path}`,
      why: why ?? 'what follows is put into it',
    }),
    check: (args) => new ResultAsync(check(args)),
    apply: ({ path, mode, uid, gid }) => makeDirectory(path, { mode, uid, gid }).map(() => undefined),
    verify: (args) =>
      new ResultAsync(check(args)).andThen((found) =>
        found.state === 'satisfied' ? ok(undefined) : err(missing(args.path)),
      ),
    byHand: (args) => [`rmdir -- ${shellWord(args.path)}`],
    tidy: (args) => clearAbandoned(args.path),
    undo: (args) => new ResultAsync(undo(args)),
    isArgs: (value): value is MakeDirectoryArgs => hasFields(value, ARGS),
    isBefore: (value): value is MakeDirectoryBefore => hasFields(value, { exists: 'boolean' }),
  };
}

const ARGS = {
  path: 'string',
  mode: 'number',
  uid: 'number',
  gid: 'number',
  title: 'string?',
  why: 'string?',
} as const;

async function check(args: MakeDirectoryArgs): Promise<Result<Check<MakeDirectoryBefore>, MakeDirectoryFailure>> {
  const { path, mode, uid, gid } = args;
  const stat = await attempt(() => lstat(path), 'lstat', path);
  if (stat.isErr()) {
    return stat.error.errno === 'ENOENT' ? ok({ state: 'needed', before: { exists: false } }) : err(stat.error);
  }
  const found = stat.value;
  const right = found.isDirectory() && (found.mode & 0o7777) === mode && found.uid === uid && found.gid === gid;
  if (right) return ok({ state: 'satisfied' });
  const owned = `a directory of ${found.uid}:${found.gid}, mode ${octalMode(found.mode)}`;
  const what = found.isDirectory() ? owned : 'no directory';
  const message =
    `${path} exists and is ${what}, expected a directory of ${uid}:${gid}, mode ${octalMode(mode)}; ` +
    'put it right or move it away, then plan again';
  return err({ code: 'EXISTS_DIFFERENTLY', message, path, found: what });
}

async function undo({ path }: MakeDirectoryArgs): Promise<Result<UndoNotes, MakeDirectoryFailure>> {
  const removed = await attemptAt(path, 'rmdir', rmdir);
  if (removed.isOk() || removed.error.errno === 'ENOENT') return ok({ notes: [] });
  const { errno } = removed.error;
  if (errno === 'ENOTEMPTY' || errno === 'EEXIST') {
    return ok({ notes: [`${path} is not empty: what was put into it since stays, and so does the directory`] });
  }
  return err(removed.error);
}

function missing(path: string): MakeDirectoryFailure {
  const message = `${path} is gone again, a moment after it was made; find out what removes it`;
  return { code: 'DIRECTORY_MISSING', message, path };
}
