import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import {
  byteString,
  components,
  fileTypeOf,
  ioError,
  joinPath,
  nodePath,
  printablePath,
  shownPath,
} from '../paths/index.js';
import type { FileType, IoError } from '../paths/index.js';
import { readMounts } from './mountTable.js';
import { handlePath, mountIdOf, O_PATH } from './pinned.js';
import type { SweepError } from './tree.js';

/** The top of a tree, held by handle. */
export interface Root {
  readonly fd: number;
  /** As asked, without trailing slashes: a byte string. */
  readonly path: string;
  /** Where it really is: a byte string. */
  readonly realPath: string;
  readonly mountId: number;
  /** The type of the filesystem it is in (`ext4`), empty when that is not known. */
  readonly filesystem: string;
  readonly type: FileType;
}

type RootError = Extract<SweepError, { code: 'RELATIVE_PATH' | 'NOT_FOUND' | 'UNSAFE_ROOT' }> | IoError;

const MAX_LINKS = 40;

/**
 * Opens the root of a sweep name by name from `/`, never following a link that somebody other than root could have
 * put there: one that root does not own, or that lies in a directory others may rename in. The caller closes `fd`.
 *
 * Why: whoever owns such a link chooses which tree root is going to change. Compare systemd's `chase()` with
 * CHASE_SAFE.
 */
export function openRoot(path: string): Result<Root, RootError> {
  const shown = printablePath(path);
  if (!path.startsWith('/')) {
    return err({ code: 'RELATIVE_PATH', message: `${shown} is not absolute; give the path from /`, path: shown });
  }
  if (path.includes('\0')) return err(ioError({ code: 'EINVAL' }, 'open', path));
  const held = new Set<number>();
  try {
    return walk(byteString(path), shown, held);
  } catch (cause) {
    const error = ioError(cause, 'open', path);
    if (error.errno !== 'ENOENT') return err(error);
    return err({ code: 'NOT_FOUND', message: `${shown} does not exist`, path: shown });
  } finally {
    for (const fd of held) closeSync(fd);
  }
}

/** `held` has the handles that are open; the one that is returned is taken out of it. */
function walk(asked: string, shown: string, held: Set<number>): Result<Root, RootError> {
  const { O_NOFOLLOW } = constants;
  const open = (path: string, flags = 0): number => {
    const fd = openSync(nodePath(path), O_PATH | flags);
    held.add(fd);
    return fd;
  };
  const close = (fd: number): void => {
    held.delete(fd);
    closeSync(fd);
  };
  const pending = components(asked).reverse();
  let here = open('/');
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '.') continue;
    const found = open(`${handlePath(here)}/${name}`, O_NOFOLLOW);
    const stat = fstatSync(found);
    if (!stat.isSymbolicLink()) {
      close(here);
      here = found;
      continue;
    }
    close(found);
    const directory = fstatSync(here);
    const where = joinPath(readlinkSync(handlePath(here), 'latin1'), name);
    // In a sticky directory only the owner of a link, or of the directory, may take it away or replace it.
    const othersRename = (directory.mode & 0o022) !== 0 && (directory.mode & 0o1000) === 0;
    if (stat.uid !== 0 || directory.uid !== 0 || othersRename) return err(unsafe(shown, shownPath(where)));
    links += 1;
    if (links > MAX_LINKS) return err(ioError({ code: 'ELOOP' }, 'open', shown));
    const target = readlinkSync(nodePath(`${handlePath(here)}/${name}`), 'latin1');
    pending.push(...components(target).reverse());
    if (!target.startsWith('/')) continue;
    close(here);
    here = open('/');
  }
  const type = fileTypeOf(fstatSync(here).mode);
  const mountId = mountIdOf(here);
  const mounts = readMounts();
  const root = {
    fd: here,
    path: asked.replace(/\/+$/, '') || '/',
    realPath: readlinkSync(handlePath(here), 'latin1'),
    mountId,
    filesystem: mounts.unwrapOr([]).find((mount) => mount.id === mountId)?.type ?? '',
    type,
  };
  held.delete(here);
  return ok(root);
}

function unsafe(path: string, link: string): RootError {
  const message =
    `${path} leads through the symbolic link ${link}, which a user other than root could have put there; ` +
    'give the path behind it, once you have checked it';
  return { code: 'UNSAFE_ROOT', message, path, link };
}
