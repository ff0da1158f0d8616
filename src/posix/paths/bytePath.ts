import { printablePath } from './printable.js';

/**
 * Paths are bytes. Inside this module they are "byte strings": one character per byte (latin1), so that splitting,
 * comparing and using them as keys is exact, and names that are not UTF-8 survive.
 */
export function byteString(path: string | Buffer): string {
  return (typeof path === 'string' ? Buffer.from(path, 'utf8') : path).toString('latin1');
}

/** The bytes of a byte string. */
export function toBytes(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

// eslint-disable-next-line no-control-regex -- the range is ASCII as a whole
const ASCII = /^[\x00-\x7f]*$/;

/** A byte string as Node's file calls take it: themselves when ASCII (cheaper), a Buffer otherwise. */
export function nodePath(path: string): string | Buffer {
  return ASCII.test(path) ? path : toBytes(path);
}

/** The text of a byte string when its bytes are UTF-8, else null. */
export function utf8Text(path: string): string | null {
  if (ASCII.test(path)) return path;
  const bytes = toBytes(path);
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : null;
}

/** The path as text when its bytes are UTF-8, else escaped for people. */
export function shownPath(path: string): string {
  return utf8Text(path) ?? printablePath(toBytes(path));
}

/** The names between the slashes, empty ones left out. */
export function components(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

/** One name below a directory; the empty string is the root of a relative path. */
export function joinPath(directory: string, name: string): string {
  if (directory === '') return name;
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
}

/** The path without what follows its last slash: `/a/b` → `/a`, `/a` → `/`, `a` → the empty string. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash > 0 ? path.slice(0, slash) : path.slice(0, slash + 1);
}
