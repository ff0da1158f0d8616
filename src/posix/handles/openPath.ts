import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { byteString, components, ioError, joinPath, nodePath, shownPath } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import { handlePath, O_PATH } from './pinned.js';

/** A symbolic link on the way of a path. */
export interface LinkOnTheWay {
  readonly link: Stats;
  /** The directory the link lies in. */
  readonly directory: Stats;
  /** Whether the path ends with it. */
  readonly isLast: boolean;
}

/** The rule of the caller forbids to follow a link on the way. */
export interface LinkRefused {
  readonly code: 'LINK_REFUSED';
  /** Where the link is, for messages. */
  readonly link: string;
}

/** The kernel's own limit (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Opens what a path names, component by component from `/`, and asks `mayFollow` about each symbolic link on the way:
 * the one place that decides which links a writer, mover, remover or sweep follows.
 *
 * Each component is opened from the handle of its directory (`O_PATH | O_NOFOLLOW`), so that exchanging one that was
 * passed already changes nothing. The caller closes the handle. An automount point on the way is mounted.
 *
 * Errors: `LINK_REFUSED`, `IO`. Compare systemd's `chase()` and openat2(2).
 *
 * @param path - absolute
 */
export function openPath(
  path: string,
  mayFollow: (link: LinkOnTheWay) => boolean,
): Result<number, IoError | LinkRefused> {
  if (path.includes('\0')) return err(ioError({ code: 'EINVAL' }, 'open', path));
  const held = new Set<number>();
  try {
    return walk(path, mayFollow, held);
  } catch (cause) {
    return err(ioError(cause, 'open', path));
  } finally {
    for (const fd of held) closeSync(fd);
  }
}

/** `held` has the handles that are open; the one that is returned is taken out of it. */
function walk(
  path: string,
  mayFollow: (link: LinkOnTheWay) => boolean,
  held: Set<number>,
): Result<number, IoError | LinkRefused> {
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
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '.') continue;
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
    if (!mayFollow({ link, directory: fstatSync(here), isLast })) {
      const where = joinPath(readlinkSync(handlePath(here), 'latin1'), name);
      return err({ code: 'LINK_REFUSED', link: shownPath(where) });
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
