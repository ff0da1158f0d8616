import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attempt, fileTypeOf, notFound, printablePath } from '../paths/index.js';
import type { FileType, IoError, PathNotFound } from '../paths/index.js';
import { O_PATH, handlePath, withPinnedParent } from '../handles/index.js';
import type { ParentError } from '../handles/index.js';

/** A file's bytes with what the kernel knew about it when it was opened. */
export interface RegularFile {
  readonly bytes: Buffer;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits with setuid, setgid and sticky (`07777`). */
  readonly mode: number;
  /** The size the kernel gave, which is 0 for files in /proc. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly dev: bigint;
  readonly ino: bigint;
  /** Names the file has; more than one means hard links. */
  readonly nlink: number;
}

/** The path names something that is no regular file; `found` says what. */
export interface NotARegularFile {
  readonly code: 'NOT_A_REGULAR_FILE';
  readonly message: string;
  readonly path: string;
  readonly found: FileType;
}

/** The file is larger than the caller accepts. */
export interface FileTooLarge {
  readonly code: 'FILE_TOO_LARGE';
  readonly message: string;
  readonly path: string;
  readonly maxBytes: number;
}

/** Not there, not a regular file, too large, or a system call failed. */
export type ReadFileError = PathNotFound | NotARegularFile | FileTooLarge | IoError;

/** How a file is read. @inline */
export interface ReadFileOptions {
  /** Largest size accepted. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Read what a link at the path leads to. Without it a link there is refused; links above are always followed. */
  readonly followLinks?: boolean;
}

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads a regular file whole, with owner and mode of exactly the file that was read.
 *
 * The path is looked up once and pinned before anything is opened, so a FIFO cannot block it, a device cannot react,
 * and an exchange of the file meanwhile cannot mix two files. What another process writes while it reads may be seen
 * half way.
 *
 * Errors: `NOT_FOUND`; `NOT_A_REGULAR_FILE` (a directory, link, FIFO, socket or device); `FILE_TOO_LARGE`; `IO`.
 *
 * @example
 * ```ts
 * import { readRegularFile } from '@wca/runtime-sdk/posix';
 *
 * const file = await readRegularFile('/etc/passwd', { maxBytes: 1024 * 1024 });
 * if (file.isErr()) console.error(file.error.code, file.error.message);
 * else console.log(file.value.bytes.length, file.value.mode.toString(8));
 * ```
 */
export function readRegularFile(path: string, options: ReadFileOptions = {}): ResultAsync<RegularFile, ReadFileError> {
  return new ResultAsync(pinAndRead(path, path, options));
}

/** What a writer would replace, and where. */
export interface FilePlace {
  /** Null when nothing is there. */
  readonly file: RegularFile | null;
  /** Inode number (decimal) of the directory it lies in; null when that is not there. */
  readonly within: string | null;
}

/**
 * Reads a regular file by the way on which `replaceFile` and `removeFile` reach it, with the directory it lies in: what is
 * refused here would be refused there.
 *
 * Errors: as `readRegularFile`, but for what is not there; `INVALID_PATH`, `UNSAFE_LINK`.
 */
export function readPlace(path: string): ResultAsync<FilePlace, Exclude<ReadFileError, PathNotFound> | ParentError> {
  const read = withPinnedParent<FilePlace, Exclude<ReadFileError, PathNotFound>>(path, async (parent) => {
    const file = await pinAndRead(parent.at(), path, {});
    if (file.isOk()) return ok({ file: file.value, within: parent.inode });
    return file.error.code === 'NOT_FOUND' ? ok({ file: null, within: parent.inode }) : err(file.error);
  });
  return new ResultAsync(read).orElse((error) =>
    error.code === 'IO' && error.errno === 'ENOENT' ? ok({ file: null, within: null }) : err(error),
  );
}

/** As `readRegularFile`, for a path reached through a pinned directory; errors show `shown`. */
export async function pinAndRead(
  path: string,
  shown: string,
  options: ReadFileOptions,
): Promise<Result<RegularFile, ReadFileError>> {
  const flags = O_PATH | (options.followLinks === true ? 0 : constants.O_NOFOLLOW);
  const pinned = await attempt(() => open(path, flags), 'open', shown);
  if (pinned.isErr()) {
    const { errno } = pinned.error;
    return err(errno === 'ENOENT' || errno === 'ENOTDIR' ? notFound(shown) : pinned.error);
  }
  try {
    return await readPinned(pinned.value, shown, options.maxBytes ?? DEFAULT_MAX_BYTES);
  } finally {
    await pinned.value.close();
  }
}

async function readPinned(
  pinned: FileHandle,
  shown: string,
  maxBytes: number,
): Promise<Result<RegularFile, ReadFileError>> {
  const stat = await attempt(() => pinned.stat({ bigint: true }), 'fstat', shown);
  if (stat.isErr()) return err(stat.error);
  const found = fileTypeOf(Number(stat.value.mode));
  if (found !== 'file') return err(notRegular(shown, found));
  if (stat.value.size > BigInt(maxBytes)) return err(tooLarge(shown, maxBytes));

  // Files of /proc that call themselves regular can keep a reader waiting for ever (kmsg); others ignore the flag.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const opened = await attempt(() => open(handlePath(pinned.fd), flags), 'open', shown);
  if (opened.isErr()) return err(opened.error);
  const bytes = await attempt(() => readUpTo(opened.value, maxBytes), 'read', shown);
  await opened.value.close();
  if (bytes.isErr()) return err(bytes.error);
  if (bytes.value === null) return err(tooLarge(shown, maxBytes));
  const { uid, gid, mode, size, mtimeNs, dev, ino, nlink } = stat.value;
  return ok({
    bytes: bytes.value,
    uid: Number(uid),
    gid: Number(gid),
    mode: Number(mode) & 0o7777,
    size: Number(size),
    mtimeMs: Number(mtimeNs) / 1e6,
    dev,
    ino,
    nlink: Number(nlink),
  });
}

/** Null when there is more. The size is not relied on: it is 0 in /proc, and a file may grow. */
async function readUpTo(file: FileHandle, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.min(64 * 1024, maxBytes - total + 1));
    const { bytesRead } = await file.read(chunk, 0, chunk.length);
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    if (total > maxBytes) return null;
    chunks.push(chunk.subarray(0, bytesRead));
  }
}

/** The error for something else than a regular file at a path. */
export function notRegular(path: string, found: FileType): NotARegularFile {
  const shown = printablePath(path);
  const message = `${shown} is a ${found}, not a regular file; it was not touched`;
  return { code: 'NOT_A_REGULAR_FILE', message, path: shown, found };
}

function tooLarge(path: string, maxBytes: number): FileTooLarge {
  const shown = printablePath(path);
  return { code: 'FILE_TOO_LARGE', message: `${shown} is larger than ${maxBytes} bytes`, path: shown, maxBytes };
}
