import { readFileSync } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, isAtOrBelow } from '../paths/index.js';
import type { IoError } from '../paths/index.js';

/** One line of /proc/self/mountinfo (proc(5)). */
export interface Mount {
  readonly id: number;
  readonly parent: number;
  /** Byte string, as this process sees it. */
  readonly mountPoint: string;
  readonly readOnly: boolean;
  readonly noExec: boolean;
  /** `ext4`, `nfs4`, `fuse.sshfs` … */
  readonly type: string;
}

const MOUNTINFO = '/proc/self/mountinfo';

/** Reads the mounts of this process's mount namespace. */
export function readMounts(): Result<readonly Mount[], IoError> {
  try {
    return ok(parseMounts(readFileSync(MOUNTINFO, 'latin1')));
  } catch (cause) {
    return err(ioError(cause, 'open', MOUNTINFO));
  }
}

/** Parses mountinfo; lines that are none are left out. Pure. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [front = '', back = ''] = line.split(' - ', 2);
    const [id, parent, , , mountPoint, options] = front.split(' ');
    const [type, , superOptions] = back.split(' ');
    if (mountPoint === undefined || options === undefined || type === undefined) return [];
    const flags = new Set(options.split(','));
    const readOnly = flags.has('ro') || (superOptions ?? '').split(',').includes('ro');
    const where = mountPoint.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    return [{ id: Number(id), parent: Number(parent), mountPoint: where, readOnly, noExec: flags.has('noexec'), type }];
  });
}

/** The mount that holds a resolved path by its name: the longest mount point above it, the last mounted there. */
export function mountOfPath(mounts: readonly Mount[], path: string): Mount | null {
  let best: Mount | null = null;
  for (const mount of mounts) {
    if (!isAtOrBelow(path, mount.mountPoint)) continue;
    if (best === null || mount.mountPoint.length >= best.mountPoint.length) best = mount;
  }
  return best;
}

/**
 * The mount points one meets when walking down from a directory, relative to it. Those inside another mount, and
 * those hidden under one, have another parent and are left out.
 *
 * @param root - resolved path of the directory, as a byte string
 * @param mountId - the mount that directory is in
 */
export function mountPointsBelow(mounts: readonly Mount[], root: string, mountId: number): readonly string[] {
  const prefix = root === '/' ? '/' : `${root}/`;
  const below = mounts.filter((mount) => mount.parent === mountId && mount.mountPoint.startsWith(prefix));
  return [...new Set(below.map((mount) => mount.mountPoint.slice(prefix.length)))].filter((path) => path !== '');
}
