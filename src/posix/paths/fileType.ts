/** What an inode is, from the format bits of its mode (inode(7)). @inline */
export type FileType = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'block' | 'char';

const BY_FORMAT: ReadonlyMap<number, FileType> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
  [0o010000, 'fifo'],
  [0o140000, 'socket'],
  [0o060000, 'block'],
  [0o020000, 'char'],
]);

/** The type in `st_mode`. An unknown format counts as a device, the type that is never changed. */
export function fileTypeOf(mode: number): FileType {
  return BY_FORMAT.get(mode & 0o170000) ?? 'char';
}

/**
 * Permission bits, or a umask, as people write them: four octal digits, `0644`, `2775`. The format bits of a `st_mode`
 * are left out.
 */
export function octalMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
