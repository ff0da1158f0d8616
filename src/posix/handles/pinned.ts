import { closeSync, openSync, readlinkSync, readSync } from 'node:fs';

/**
 * Linux's O_PATH (x86-64, arm64 and most others), which Node does not name: a handle that pins an inode without
 * opening it, so that FIFOs do not block and devices do not react. Source: open(2).
 */
export const O_PATH = 0o10000000;

/**
 * The way to act on exactly the inode a handle pins: chown(2) and chmod(2) of this path reach it whatever its name
 * has become, and chown changes a pinned symlink itself. lchown(2) of it would change nothing at all.
 *
 * It names this process by number, so that a program started by it reaches the same handle (find enters a directory
 * so), and because the kernel then has one link less to follow.
 */
export function handlePath(fd: number): string {
  return `${handlesOfThisProcess()}/${fd}`;
}

/** A handle that a program was given (`inherit` of `runProgram`), as that program names it. */
export function inheritedPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

let own: string | null = null;

/**
 * The directory of this process's handles, the same for all its threads. /proc may count processes otherwise than
 * getpid(2) does (pid namespaces), so it is asked.
 */
export function handlesOfThisProcess(): string {
  if (own !== null) return own;
  try {
    own = `/proc/${readlinkSync('/proc/self')}/fd`;
    return own;
  } catch {
    // No /proc: what uses the path will say so.
    return '/proc/self/fd';
  }
}

const SMALL = Buffer.allocUnsafe(512);

/**
 * The id of the mount a handle was opened in (proc(5), fdinfo). Bind mounts of one filesystem share st_dev, so only
 * this tells them apart. Throws when /proc cannot be read.
 */
export function mountIdOf(fd: number): number {
  const info = openSync(`${handlesOfThisProcess()}info/${fd}`, 'r');
  try {
    const size = readSync(info, SMALL, 0, SMALL.length, 0);
    const match = /^mnt_id:\s*(\d+)/m.exec(SMALL.toString('latin1', 0, size));
    if (match === null) throw new Error('no mnt_id in fdinfo: the kernel is older than 3.15');
    return Number(match[1]);
  } finally {
    closeSync(info);
  }
}
