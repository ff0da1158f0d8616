import { closeSync, constants, fstatSync, readlinkSync, rmdirSync, unlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { mkdir, open, rmdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import { attempt, byteString, changed, nodePath, printablePath } from '../paths/index.js';
import type { ChangedMeanwhile, IoError } from '../paths/index.js';
import { handlePath, mountIdOf, namesIn, openAt, temporaryName } from '../handles/index.js';
import type { PinnedParent } from '../handles/index.js';
import { findHolders } from '../processes/index.js';

/** A directory of this user's that nobody else can enter, beside an entry and for it. The caller closes the handle. */
export interface PrivateDirectory {
  readonly name: string;
  readonly handle: FileHandle;
  /** The way to the one entry in it, which has the name of the entry beside which it lies. */
  readonly inside: string;
}

/**
 * Makes a directory that only this user can enter beside an entry. What is moved into it, no other account can exchange;
 * and no other account can make one, so that what a killed process left is told from what somebody gave such a name.
 */
export async function makePrivate(
  parent: PinnedParent,
  path: string,
): Promise<Result<PrivateDirectory, ChangedMeanwhile | IoError>> {
  const name = temporaryName(parent.name);
  const made = await attempt(() => mkdir(parent.at(name), 0o700), 'mkdir', path);
  if (made.isErr()) return err(made.error);
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const opened = await attempt(() => open(parent.at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), 'open', path);
  if (opened.isErr()) return err(opened.error);
  const handle = opened.value;
  const checked = await attempt(
    async () => {
      // The umask and a default ACL may have made it narrower, never wider; chmod takes an inherited ACL's mask to 0.
      await handle.chmod(0o700);
      return isPrivate(handle.fd, parent) && namesIn(handle.fd)?.length === 0;
    },
    'fstat',
    path,
  );
  if (checked.isOk() && checked.value) return ok({ name, handle, inside: `${handlePath(handle.fd)}/${parent.name}` });
  await handle.close();
  return err(checked.isErr() ? checked.error : changed(path, 'a directory that was made beside it was replaced'));
}

/** Of these names beside an entry, those that {@link makePrivate} made. */
export function privateNames(parent: PinnedParent, names: readonly string[]): ResultAsync<readonly string[], IoError> {
  const find = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const name of names) await withPrivate(parent, name, () => Promise.resolve(found.push(name)));
    return found;
  };
  return attempt(find, 'open', parent.path);
}

/**
 * Deletes a private directory with all below it: by handle, never through a link, and not into what is mounted there.
 *
 * Nobody else can enter it; but who holds a directory in it open can still move another one there, and so have deleted what
 * is not theirs. Where there is such a process, only what {@link mayEmpty} tells is emptied.
 *
 * Answers its path when it, or a part, is still there.
 */
export async function removePrivate(parent: PinnedParent, name: string): Promise<string | undefined> {
  const emptied = await attempt(() => withPrivate(parent, name, emptyDirectory), 'unlink', parent.path);
  // An empty directory, and nothing else: what somebody put in its place meanwhile stays.
  const removed = await attempt(() => rmdir(parent.at(name)), 'rmdir', parent.path);
  const isGone = removed.isOk() || removed.error.errno === 'ENOENT';
  return emptied.isOk() && isGone ? undefined : printablePath(`${parent.path}/${name}`);
}

/** Runs `act` with a handle of what has this name, if that is a private directory. */
async function withPrivate(parent: PinnedParent, name: string, act: (fd: number) => Promise<unknown>): Promise<void> {
  const fd = openAt(parent.directory.fd, byteString(name), constants.O_DIRECTORY);
  if (typeof fd !== 'number') return;
  try {
    if (isPrivate(fd, parent)) await act(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whether a directory is this user's, closed to all others, and has nothing in it but an entry of the expected name. */
function isPrivate(fd: number, parent: PinnedParent): boolean {
  const { uid, mode } = fstatSync(fd);
  const names = namesIn(fd) ?? [];
  return uid === process.geteuid?.() && (mode & 0o077) === 0 && names.every((name) => name === byteString(parent.name));
}

type Directory = Pick<Stats, 'uid' | 'mode'>;

/**
 * Whether a directory may be emptied where it was found, while another account can reach into the tree; pure. An account
 * that can write the directory above, and does not own this one, could not have emptied it, but could have moved it there
 * with a directory of its own around it.
 */
export function mayEmpty(directory: Directory, above: Directory, self: number): boolean {
  if (directory.uid === above.uid) return true;
  return above.uid === self && (above.mode & 0o022) === 0;
}

/** Deletes what is in a directory as far as that is possible; who removes the directory finds what is left. */
async function emptyDirectory(root: number): Promise<void> {
  const self = process.geteuid?.() ?? 0;
  // Processes that are hidden from root are those of a container around this one.
  const holders = await findHolders([readlinkSync(handlePath(root))], { onHidden: () => undefined });
  const isReached = holders.isErr() || holders.value.some(({ uid }) => uid !== self);
  const mount = mountIdOf(root);
  let visited = 0;
  const enters = (fd: number, stat: Directory, above: Directory): boolean =>
    mountIdOf(fd) === mount && (!isReached || mayEmpty(stat, above, self));
  const empty = async (fd: number): Promise<void> => {
    const above = fstatSync(fd);
    for (const name of namesIn(fd) ?? []) {
      visited += 1;
      if (visited % 256 === 0) await nextTurn();
      const child = openAt(fd, name);
      if (typeof child !== 'number') continue;
      try {
        const stat = fstatSync(child);
        const at = nodePath(`${handlePath(fd)}/${name}`);
        if (!stat.isDirectory()) unlinkSync(at);
        else if (enters(child, stat, above)) {
          await empty(child);
          rmdirSync(at);
        }
      } catch {
        // Immutable, mounted or not empty: it stays, and so does the directory above it.
      } finally {
        closeSync(child);
      }
    }
  };
  await empty(root);
}
