import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { byteString, components, ioError, joinPath, nodePath, shownPath } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import { handlePath, O_PATH } from './pinned.js';

/** A link on the way is not followed: another account could have put it there, or the caller wants none at the end. */
export interface LinkRefused {
  readonly code: 'LINK_REFUSED';
  /** Where the link is, printable. */
  readonly link: string;
  /** Why it is not followed, as the end of a sentence. */
  readonly reason: string;
}

/** How a link at the end of the way is met. */
export interface OpenPathOptions {
  /** Whether the path itself may be a link; links above are followed. Default `follow`. */
  readonly lastLink?: 'follow' | 'refuse';
}

/** The kernel's own limit (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Opens what a path names, component by component from `/`, and follows a symbolic link on the way only where nobody but
 * root (or this process's own user) could have made or exchanged it. Every writer, mover, remover, mode change and sweep
 * reaches its directory through here.
 *
 * That holds for a link that root owns, in a directory of root's in which nobody else may write, reached only through
 * directories in which nobody else may rename. Sticky directories (like /tmp) keep others from renaming root's
 * directories in them, and lead on; a link in one is not followed: root's own link in another place can be moved there.
 *
 * Each component is opened from the handle of its directory (`O_PATH | O_NOFOLLOW`), so that exchanging one that was
 * passed already changes nothing. The caller closes the handle. An automount point on the way is mounted.
 *
 * Errors: `LINK_REFUSED`, `IO`. Compare systemd's `chase()` with CHASE_SAFE, and openat2(2).
 *
 * @param path - absolute
 */
export function openPath(path: string, options: OpenPathOptions = {}): Result<number, IoError | LinkRefused> {
  if (path.includes('\0')) return err(ioError({ code: 'EINVAL' }, 'open', path));
  const held = new Set<number>();
  try {
    return walk(path, options.lastLink ?? 'follow', held);
  } catch (cause) {
    return err(ioError(cause, 'open', path));
  } finally {
    for (const fd of held) closeSync(fd);
  }
}

/** `held` has the handles that are open; the one that is returned is taken out of it. */
function walk(path: string, lastLink: 'follow' | 'refuse', held: Set<number>): Result<number, IoError | LinkRefused> {
  const { O_NOFOLLOW, O_DIRECTORY } = constants;
  const open = (at: string, flags = 0): number => {
    const fd = openSync(nodePath(at), O_PATH | flags);
    held.add(fd);
    return fd;
  };
  const enter = (at: string): number => {
    try {
      return open(at, O_NOFOLLOW | O_DIRECTORY);
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR')) throw cause;
      return open(at, O_NOFOLLOW);
    }
  };
  const close = (fd: number): void => {
    held.delete(fd);
    closeSync(fd);
  };
  const pending = components(byteString(path)).reverse();
  let here = open('/');
  let links = 0;
  let changeable: string | null = null;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '.') continue;
    const directory = fstatSync(here);
    changeable ??= renamers(directory);
    const at = `${handlePath(here)}/${name}`;
    const found = enter(at);
    const link = fstatSync(found);
    if (!link.isSymbolicLink()) {
      close(here);
      here = found;
      continue;
    }
    close(found);
    const isLast = pending.every((rest) => rest === '.');
    const reason =
      isLast && lastLink === 'refuse' ? 'no link is followed here' : (changeable ?? makers(link, directory));
    if (reason !== null) {
      const where = joinPath(readlinkSync(handlePath(here), 'latin1'), name);
      return err({ code: 'LINK_REFUSED', link: shownPath(where), reason });
    }
    links += 1;
    if (links > MAX_LINKS) return err(ioError({ code: 'ELOOP' }, 'open', path));
    const target = readlinkSync(nodePath(at), 'latin1');
    pending.push(...components(target).reverse());
    if (!target.startsWith('/')) continue;
    close(here);
    here = open('/');
  }
  held.delete(here);
  return ok(here);
}

/** Root, or the user this process runs as. */
function isOwn(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

/** Who else may exchange root's directories in this directory, or null. */
function renamers({ uid, mode }: Stats): string | null {
  if (!isOwn(uid)) return `uid ${uid}, who owns a directory on the way to it, can exchange it`;
  return (mode & 0o1000) === 0 ? writers(mode) : null;
}

/** Who else can have put this link into this directory, or null. */
function makers(link: Stats, { mode }: Stats): string | null {
  return isOwn(link.uid) ? writers(mode) : `uid ${link.uid} owns it`;
}

/** An ACL that lets others write shows in the group bits. */
function writers(mode: number): string | null {
  if ((mode & 0o022) === 0) return null;
  return `${(mode & 0o002) === 0 ? 'a group' : 'every account'} may write to a directory on the way to it`;
}
