import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, octalMode, printablePath } from '../paths/index.js';
import type { FileType, IoError } from '../paths/index.js';
import type { Attributes, TreeChange } from '../handles/index.js';

/** A record that is not there, is not ours alone, or does not read as one. */
export type ChangeRecordError =
  | { readonly code: 'NOT_FOUND'; readonly message: string; readonly path: string }
  | { readonly code: 'RECORD_UNTRUSTED'; readonly message: string; readonly path: string; readonly reason: string }
  | { readonly code: 'RECORD_CORRUPT'; readonly message: string; readonly path: string; readonly line: number }
  | IoError;

/** The first line of every record. */
export const HEADER = '{"format":"wca-changes","version":1}';

const TYPES: ReadonlySet<string> = new Set(['file', 'directory', 'symlink', 'fifo', 'socket', 'block', 'char']);

/**
 * Opens a record and refuses one that somebody else could have written or still can: root would act on it. A FIFO
 * does not block, a link is not followed. The caller closes the handle.
 */
export async function openTrusted(path: string, flags: number): Promise<Result<FileHandle, ChangeRecordError>> {
  const shown = printablePath(path);
  let handle: FileHandle;
  try {
    handle = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  } catch (cause) {
    const error = ioError(cause, 'open', path);
    if (error.errno === 'ENOENT') {
      const message = `${shown} does not exist, or the directory for it does not`;
      return err({ code: 'NOT_FOUND', message, path: shown });
    }
    return err(error.errno === 'ELOOP' ? untrusted(shown, 'it is a symbolic link') : error);
  }
  try {
    const reason = distrust(await handle.stat());
    if (reason === null) return ok(handle);
    await handle.close();
    return err(untrusted(shown, reason));
  } catch (cause) {
    await handle.close();
    return err(ioError(cause, 'fstat', path));
  }
}

/** Makes a new name in this directory durable (fsync(2): the file's own fsync does not cover it). */
export async function syncDirectoryOf(path: string): Promise<void> {
  const above = `${path.slice(0, path.lastIndexOf('/') + 1)}.`;
  const directory = await open(above, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The size up to which an open record consists of whole lines. Reads backwards from its end. */
export async function wholeLines(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0;) {
    const start = Math.max(end - block.length, 0);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline !== -1) return start + newline + 1;
    end = start;
  }
  return 0;
}

/** One change as one line of JSON, without the newline. Modes are octal, the path is base64. */
export function printChange({ path, type, dev, ino, before, after }: TreeChange): string {
  const short = ({ uid, gid, mode }: Attributes): unknown => [uid, gid, octalMode(mode)];
  return JSON.stringify({ path: path.toString('base64'), type, dev, ino, before: short(before), after: short(after) });
}

/** Reads one line, or null when it is none. */
export function parseChange(line: string): TreeChange | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { path, type, dev, ino, before, after } = parsed as Partial<Record<keyof TreeChange, unknown>>;
  const from = parseAttributes(before);
  const to = parseAttributes(after);
  if (typeof path !== 'string' || from === null || to === null) return null;
  if (!isFileType(type) || !isDecimal(dev) || !isDecimal(ino)) return null;
  const bytes = Buffer.from(path, 'base64');
  if (bytes.toString('base64') !== path || !staysBelow(bytes)) return null;
  return { path: bytes, type, dev, ino, before: from, after: to };
}

function parseAttributes(value: unknown): Attributes | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [uid, gid, mode] = value as readonly unknown[];
  if (!isId(uid) || !isId(gid) || typeof mode !== 'string' || !/^[0-7]{4}$/.test(mode)) return null;
  return { uid, gid, mode: parseInt(mode, 8) };
}

/** Relative, and without anything that could lead out of the tree. */
function staysBelow(path: Buffer): boolean {
  if (path.length === 0) return true;
  const names = path.toString('latin1').split('/');
  return names.every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'));
}

function isFileType(value: unknown): value is FileType {
  return typeof value === 'string' && TYPES.has(value);
}

function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9]{1,20}$/.test(value);
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 0xffff_ffff;
}

function distrust(stat: { isFile(): boolean; uid: number; mode: number; nlink: number }): string | null {
  if (!stat.isFile()) return 'it is not a regular file';
  if (stat.uid !== process.geteuid?.()) return `uid ${stat.uid} owns it, not this process's user`;
  if ((stat.mode & 0o077) !== 0) return `others may use it (mode ${octalMode(stat.mode)}, expected 0600)`;
  return stat.nlink === 1 ? null : 'it has more than one name (hard link)';
}

function untrusted(path: string, reason: string): ChangeRecordError {
  return { code: 'RECORD_UNTRUSTED', message: `${path} is not used as a record of changes: ${reason}`, path, reason };
}
