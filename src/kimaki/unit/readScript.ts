import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { parseShebang } from '../../posix/access/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { toBytes } from '../../posix/paths/index.js';

/** A program that is text. */
export interface Script {
  readonly text: string;
  /** What `#!` names and its one argument, as the kernel splits them; empty where it names nothing. Source: execve(2). */
  readonly interpreter: readonly string[];
}

/** Reads a script; null for what is missing, no regular file, larger than 1 MiB, or no text. */
export async function readScript(path: string): Promise<Result<Script | null, ReadFileError>> {
  if (!path.startsWith('/')) return ok(null);
  const read = await readRegularFile(path, { followLinks: true, maxBytes: 1024 * 1024 });
  if (read.isErr()) {
    return ['FILE_TOO_LARGE', 'NOT_A_REGULAR_FILE', 'NOT_FOUND'].includes(read.error.code) ? ok(null) : err(read.error);
  }
  const { bytes } = read.value;
  if (bytes.includes(0)) return ok(null);
  const shebang = parseShebang(bytes);
  const words = shebang === null ? [] : [shebang.interpreter, ...(shebang.argument === null ? [] : [shebang.argument])];
  return ok({ text: bytes.toString('utf8'), interpreter: words.map((word) => toBytes(word).toString('utf8')) });
}
