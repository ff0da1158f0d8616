import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { byteString, ioError } from '../paths/index.js';
import type { IoError } from '../paths/index.js';

/** What execve(2) would make of a file: paths and arguments as byte strings. */
export type Image =
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument: string | null }
  | { readonly kind: 'elf'; readonly machine: number; readonly loader: string | null }
  | { readonly kind: 'unknown' };

/** The kernel looks at this much of a script (BINPRM_BUF_SIZE). */
const HEAD = 256;
const PT_INTERP = 3;
const MAX_HEADERS = 512;

/** Reads the start of a regular file, following links; anything else, and an empty file, is `unknown`. Never blocks. */
export function readImage(path: string): Result<Image, IoError> {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (!fstatSync(fd).isFile()) return ok({ kind: 'unknown' });
    const head = readAt(fd, 0, HEAD);
    return ok(parseElf(head, fd) ?? parseShebang(head) ?? { kind: 'unknown' });
  } catch (cause) {
    return err(ioError(cause, 'read', path));
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/**
 * Reads a `#!` line as the kernel does, or null when it would answer ENOEXEC; pure. One argument at most: the whole
 * rest of the line. A carriage return belongs to the name. Source: fs/binfmt_script.c, `load_script`.
 */
export function parseShebang(head: Buffer): Extract<Image, { readonly kind: 'script' }> | null {
  const text = head.subarray(0, HEAD).toString('latin1');
  if (!text.startsWith('#!')) return null;
  const newline = text.indexOf('\n');
  const cut = newline === -1 && text.length >= HEAD;
  const line = (newline === -1 ? text.slice(0, HEAD - 1) : text.slice(0, newline)).slice(2);
  const match = /^[ \t]*([^ \t\0]+)(?:[ \t]+([^\0]*?))?[ \t]*(?:\0|$)/.exec(line);
  if (match === null) return null;
  const [whole, interpreter = '', argument = ''] = match;
  // Without a terminator behind it, the name itself may have been cut off.
  if (cut && whole.trimStart() === interpreter) return null;
  return { kind: 'script', interpreter, argument: argument === '' ? null : argument };
}

function parseElf(head: Buffer, fd: number): Image | null {
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) return null;
  const wide = head[4] === 2;
  if (head[5] !== 1) return { kind: 'elf', machine: head.readUInt16BE(18), loader: null };
  const machine = head.readUInt16LE(18);
  const at = wide ? Number(head.readBigUInt64LE(32)) : head.readUInt32LE(28);
  const size = head.readUInt16LE(wide ? 54 : 42);
  const count = Math.min(head.readUInt16LE(wide ? 56 : 44), MAX_HEADERS);
  const table = readAt(fd, at, size * count);
  for (let n = 0; size >= 32 && n + size <= table.length; n += size) {
    if (table.readUInt32LE(n) !== PT_INTERP) continue;
    const where = wide ? Number(table.readBigUInt64LE(n + 8)) : table.readUInt32LE(n + 4);
    const length = wide ? Number(table.readBigUInt64LE(n + 32)) : table.readUInt32LE(n + 16);
    const name = byteString(readAt(fd, where, Math.min(length, 4096)));
    return { kind: 'elf', machine, loader: name.replace(/\0.*$/s, '') };
  }
  return { kind: 'elf', machine, loader: null };
}

function readAt(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, Number.isSafeInteger(position) ? readSync(fd, buffer, 0, length, position) : 0);
}
