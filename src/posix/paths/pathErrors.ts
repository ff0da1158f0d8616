import { printablePath } from './printable.js';

/** The path does not begin at `/`. */
export interface RelativePath {
  readonly code: 'RELATIVE_PATH';
  readonly message: string;
  readonly path: string;
}

/** Nothing is at this path. */
export interface PathNotFound {
  readonly code: 'NOT_FOUND';
  readonly message: string;
  readonly path: string;
}

/** Too many symbolic links on the way. */
export interface SymlinkLoop {
  readonly code: 'SYMLINK_LOOP';
  readonly message: string;
  readonly path: string;
}

/** The error for a path that has to be absolute and is not. */
export function notAbsolute(path: string): RelativePath {
  const shown = printablePath(path);
  return { code: 'RELATIVE_PATH', message: `'${shown}' is a relative path; give the absolute path`, path: shown };
}

/** The error for a path at which there is nothing. */
export function notFound(path: string): PathNotFound {
  const shown = printablePath(path);
  return { code: 'NOT_FOUND', message: `${shown} does not exist`, path: shown };
}
