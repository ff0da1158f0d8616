import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import type { ReadFileError } from '../../posix/files/index.js';

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
  const text = bytes.toString('utf8');
  const [, program, argument] = /^#![ \t]*([^\s]+)(?:[ \t]+([^\n]*?))?[ \t]*(?:\n|$)/.exec(text) ?? [];
  const interpreter =
    program === undefined ? [] : [program, ...(argument === undefined || argument === '' ? [] : [argument])];
  return ok({ text, interpreter });
}
