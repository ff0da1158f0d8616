import { closeSync, fstatSync, readlinkSync } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { byteString, fileTypeOf, ioError, notAbsolute, notFound, printablePath } from '../paths/index.js';
import type { FileType, IoError, PathNotFound, RelativePath } from '../paths/index.js';
import { readMounts } from './mountTable.js';
import { openPath } from './openPath.js';
import type { LinkRefused } from './openPath.js';
import { handlePath, mountIdOf } from './pinned.js';
import type { UnsafeRoot } from './tree.js';

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

type RootError = RelativePath | PathNotFound | UnsafeRoot | IoError;

/**
 * Opens the root of a sweep and never follows a link that somebody other than root could have put there, as
 * {@link openPath} tells. The caller closes `fd`.
 *
 * Why: whoever can exchange such a link decides which tree root changes.
 */
export function openRoot(path: string): Result<Root, RootError> {
  if (!path.startsWith('/')) return err(notAbsolute(path));
  const opened = openPath(path);
  if (opened.isErr()) {
    const { error } = opened;
    if (error.code === 'LINK_REFUSED') return err(unsafe(printablePath(path), error));
    return err(error.errno === 'ENOENT' ? notFound(path) : error);
  }
  const fd = opened.value;
  try {
    return ok(describe(fd, byteString(path)));
  } catch (cause) {
    closeSync(fd);
    return err(ioError(cause, 'open', path));
  }
}

function describe(fd: number, asked: string): Root {
  const mountId = mountIdOf(fd);
  const mounts = readMounts();
  return {
    fd,
    path: asked.replace(/\/+$/, '') || '/',
    realPath: readlinkSync(handlePath(fd), 'latin1'),
    mountId,
    filesystem: mounts.unwrapOr([]).find((mount) => mount.id === mountId)?.type ?? '',
    type: fileTypeOf(fstatSync(fd).mode),
  };
}

function unsafe(path: string, { link, reason }: LinkRefused): UnsafeRoot {
  const message =
    `${path} leads through the symbolic link ${link}, which is not followed because ${reason}; ` +
    'check where it leads, then give that path';
  return { code: 'UNSAFE_ROOT', message, path, link };
}
