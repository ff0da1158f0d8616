import { lstatSync, readlinkSync } from 'node:fs';
import type { AccessError } from './access.js';
import {
  components,
  fileTypeOf,
  ioError,
  isAtOrBelow,
  joinPath,
  nodePath,
  parentPath,
  printablePath,
  shownPath,
  toBytes,
} from '../paths/index.js';
import type { Inode } from './judgePermission.js';
import { versionOf } from './knownVersions.js';
import type { InodeVersion } from './knownVersions.js';

/** One inode on the way. `search` directories are gone through; the `final` one is where the wish is judged. */
export interface AccessNode extends Inode {
  /** Resolved, as a byte string. */
  readonly path: string;
  readonly role: 'search' | 'link' | 'final';
  /** Device, inode and time of its last change, where nobody but root can put another in its place. */
  readonly version?: InodeVersion;
  /** Of a link: its text, and the directory it lies in when it is the last name on the way. */
  readonly target?: string;
  readonly lastIn?: Inode & { readonly path: string };
}

/** The way to a path. */
export interface Walk {
  readonly nodes: readonly AccessNode[];
  /** Without links, `.` and `..`; as far as the walk came. */
  readonly resolvedPath: string;
  /** Why the walk ended before the final node, if it did. */
  readonly end: AccessError | null;
}

const MAX_LINKS = 40;
const PATH_MAX = 4096;

/**
 * Walks an absolute path, given as a byte string, as the kernel does: name by name, through links, `.` and `..`. It
 * looks (lstat, readlink) and opens nothing. Source: path_resolution(7), fs/namei.c.
 */
export function walkPath(path: string): Walk {
  const nodes: AccessNode[] = [];
  /** Nobody but root can exchange any name so far. */
  let isRoots = true;
  const push = (found: Looked, node: Omit<AccessNode, keyof Inode>): void => {
    nodes.push({ ...inodeOf(found), ...node, ...(isRoots ? { version: found.version } : {}) });
    if (found.uid !== 0 || (found.type !== 'symlink' && (found.mode & 0o022) !== 0)) isRoots = false;
  };
  const searched = new Set<string>();
  const pending = components(path).reverse();
  let current = '/';
  let mustBeDirectory = endsAsDirectory(path);
  let links = 0;
  const stop = (end: AccessError): Walk => ({ nodes, resolvedPath: current, end });
  const shown = shownPath(path);
  if (path.length >= PATH_MAX) return stop(ioError({ code: 'ENAMETOOLONG' }, 'lstat', `${shown.slice(0, 200)}…`));
  if (path.includes('\0')) return stop(ioError({ code: 'EINVAL' }, 'lstat', shown));

  let here = inodeAt('/', shown);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if ('code' in here) return stop(here);
    if (here.type !== 'directory') return stop(notADirectory(current));
    // `.` and `..` are looked up too: they need search like any other name.
    if (!searched.has(current)) push(here, { path: current, role: 'search' });
    searched.add(current);
    if (name === '.') continue;
    const next = name === '..' ? parentPath(current) : joinPath(current, name);
    const found = inodeAt(next, shown);
    if ('code' in found) return stop(found);
    if (found.type !== 'symlink') {
      current = next;
      here = found;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return stop(loop(shown));
    const target = linkText(next);
    if (typeof target !== 'string') return stop(target);
    const last = pending.length === 0;
    push(found, { path: next, role: 'link', target, ...(last ? { lastIn: { ...inodeOf(here), path: current } } : {}) });
    if (last && endsAsDirectory(target)) mustBeDirectory = true;
    pending.push(...components(target).reverse());
    if (target.startsWith('/')) {
      current = '/';
      here = inodeAt('/', shown);
    }
  }
  if ('code' in here) return stop(here);
  if (mustBeDirectory && here.type !== 'directory') return stop(notADirectory(current));
  push(here, { path: current, role: 'final' });
  return { nodes, resolvedPath: current, end: null };
}

function endsAsDirectory(path: string): boolean {
  return /(^|\/)\.{0,2}$/.test(path);
}

interface Looked extends Inode {
  readonly version: InodeVersion;
}

function inodeAt(path: string, asked: string): Looked | AccessError {
  try {
    const found = lstatSync(nodePath(path));
    const { mode, uid, gid } = found;
    return { type: fileTypeOf(mode), mode: mode & 0o7777, uid, gid, acl: null, version: versionOf(found) };
  } catch (cause) {
    const error = ioError(cause, 'lstat', toBytes(path));
    return error.errno === 'ENOENT' ? notFound(asked, path) : error;
  }
}

function inodeOf({ type, mode, uid, gid, acl }: Looked): Inode {
  return { type, mode, uid, gid, acl };
}

function linkText(path: string): string | AccessError {
  try {
    return readlinkSync(nodePath(path), 'latin1');
  } catch (cause) {
    return ioError(cause, 'readlink', toBytes(path));
  }
}

function notFound(asked: string, missing: string): AccessError {
  const shown = shownPath(missing);
  const [path, gone] = [printablePath(asked), printablePath(toBytes(missing))];
  const why = isAtOrBelow(asked, shown) ? `${gone} does not exist` : `it leads to ${gone}, which does not exist`;
  const message = shown === asked ? `${path} does not exist` : `${path} does not exist: ${why}`;
  return { code: 'NOT_FOUND', message, path: asked, missing: shown };
}

function loop(path: string): AccessError {
  const message = `${printablePath(path)} leads through more than ${MAX_LINKS} symbolic links`;
  return { code: 'SYMLINK_LOOP', message, path };
}

function notADirectory(path: string): AccessError {
  const message = `${printablePath(toBytes(path))} is not a directory, but the path continues below it`;
  return { code: 'NOT_A_DIRECTORY', message, path: shownPath(path) };
}
