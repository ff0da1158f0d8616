/**
 * Whether `path` is `directory` or lies below it, by whole names: `/rootfs` is not below `/root`.
 *
 * Compares texts and reads nothing: both must be absolute and without `.`, `..` and doubled slashes, and a symbolic link on
 * the way is not seen. A trailing slash counts as a name; everything lies below `/`.
 */
export function isAtOrBelow(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}
