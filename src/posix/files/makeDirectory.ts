import { constants } from 'node:fs';
import { chmod, chown, mkdir, open, readdir, rename, rmdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changed, fileTypeOf, octalMode, printablePath, attempt } from '../paths/index.js';
import type { ChangedMeanwhile } from '../paths/index.js';
import {
  abandonedNames,
  handlePath,
  lstatOrNull,
  sameInode,
  temporaryName,
  withPinnedParent,
} from '../handles/index.js';
import type { ParentError, PinnedParent } from '../handles/index.js';

/** What the directory shall be. */
export interface DirectorySpec {
  /** Exact permission bits with setuid, setgid and sticky (`07777`), whatever the umask. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Something is there already, and not the directory that was asked for. */
export interface ExistsDifferently {
  readonly code: 'EXISTS_DIFFERENTLY';
  readonly message: string;
  readonly path: string;
  /** What is there: type, mode, owner and group. */
  readonly found: string;
}

/** Why a directory was not made; `EXISTS_DIFFERENTLY` says what is there instead. */
export type MakeDirectoryError = ExistsDifferently | ChangedMeanwhile | ParentError;

/**
 * Makes one directory that has its owner and mode from the first instant it can be seen, and is on disk.
 *
 * A directory that is there and is exactly so is left as it is (`created: false`); anything else that is there is
 * refused, not adapted. One level only: the directory above has to exist (`IO` with `ENOENT`). ACLs and setgid are
 * inherited from above as the kernel does it, except that `mode` decides the bits in the end. An empty directory that
 * someone makes at the path in the instant of the rename is replaced.
 *
 * Errors: `EXISTS_DIFFERENTLY`, `CHANGED_MEANWHILE`, `INVALID_PATH`, `UNSAFE_LINK`, `IO`.
 *
 * @param options - `within`: inode number (decimal) of the directory that the path must still lie in; another one is
 *   `CHANGED_MEANWHILE`
 */
export function makeDirectory(
  path: string,
  spec: DirectorySpec,
  options: { readonly within?: string | undefined } = {},
): ResultAsync<{ readonly created: boolean }, MakeDirectoryError> {
  return new ResultAsync(
    withPinnedParent<{ readonly created: boolean }, MakeDirectoryError>(path, (parent) => make(parent, path, spec), {
      within: options.within,
    }),
  );
}

async function make(
  parent: PinnedParent,
  path: string,
  spec: DirectorySpec,
): Promise<Result<{ readonly created: boolean }, MakeDirectoryError>> {
  const looked = await lstatOrNull(parent.at(), path);
  if (looked.isErr()) return err(looked.error);
  if (looked.value !== null) {
    const { mode, uid, gid } = looked.value;
    const found = describe(Number(mode), Number(uid), Number(gid));
    const wanted = describe(0o040000 | spec.mode, spec.uid, spec.gid);
    if (found === wanted) return ok({ created: false });
    const shown = printablePath(path);
    const message = `${shown} exists as ${found}, expected ${wanted}; change it or move it away, then run again`;
    return err({ code: 'EXISTS_DIFFERENTLY', message, path: shown, found });
  }
  const abandoned = await abandonedNames(parent);
  if (abandoned.isErr()) return err(abandoned.error);
  // Only empty ones go, which is all a killed call can have left.
  for (const name of abandoned.value) await rmdir(parent.at(name)).catch(() => undefined);

  const name = temporaryName(parent.name);
  const made = await attempt(() => mkdir(parent.at(name), 0o700), 'mkdir', path);
  if (made.isErr()) return err(made.error);
  let placed = false;
  try {
    const done = await finish(parent, name, path, spec);
    placed = done.isOk();
    return done.map(() => ({ created: true }));
  } finally {
    if (!placed) await rmdir(parent.at(name)).catch(() => undefined);
  }
}

async function finish(
  parent: PinnedParent,
  name: string,
  path: string,
  spec: DirectorySpec,
): Promise<Result<void, MakeDirectoryError>> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const opened = await attempt(() => open(parent.at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), 'open', path);
  if (opened.isErr()) return err(opened.error);
  const directory = opened.value;
  try {
    // Who may write to the parent may have put another directory in its place: it must be ours and empty.
    const stat = await attempt(() => directory.stat({ bigint: true }), 'fstat', path);
    if (stat.isErr()) return err(stat.error);
    const entries = await attempt(() => readdir(handlePath(directory.fd)), 'readdir', path);
    if (entries.isErr()) return err(entries.error);
    if (Number(stat.value.uid) !== process.geteuid?.() || entries.value.length > 0) {
      return err(changed(path, 'another process replaced the new directory'));
    }
    const steps: readonly (readonly [string, () => Promise<void>])[] = [
      ['chown', () => chown(handlePath(directory.fd), spec.uid, spec.gid)],
      ['chmod', () => chmod(handlePath(directory.fd), spec.mode)],
      ['fsync', () => directory.sync()],
      ['rename', () => rename(parent.at(name), parent.at())],
      ['fsync', () => parent.directory.sync()],
    ];
    for (const [syscall, step] of steps) {
      const stepped = await attempt(step, syscall, path);
      if (stepped.isErr()) return err(stepped.error);
    }
    const there = await lstatOrNull(parent.at(), path);
    if (there.isErr()) return err(there.error);
    return there.value !== null && sameInode(there.value, stat.value)
      ? ok(undefined)
      : err(changed(path, 'another process replaced it'));
  } finally {
    await directory.close();
  }
}

function describe(mode: number, uid: number, gid: number): string {
  return `${fileTypeOf(mode)} ${octalMode(mode)} ${uid}:${gid}`;
}
