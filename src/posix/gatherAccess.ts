import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import type { AccessWant } from './access.js';
import { byteString, nodePath, shownPath, utf8Text } from './bytePath.js';
import { mountOfPath, readMounts } from './mountTable.js';
import type { Mount } from './mountTable.js';
import { mountIdOf, O_PATH } from './pinned.js';
import { withAcls } from './readAcls.js';
import { runProgram } from './runProgram.js';
import { walkPath } from './walkPath.js';
import type { AccessNode, Walk } from './walkPath.js';

/** Everything the verdict rests on, read once. */
export interface AccessFacts extends Walk {
  /** As asked. */
  readonly path: string;
  readonly mount: Mount | null;
  readonly immutable: boolean;
  /** `fs.protected_symlinks`. */
  readonly protectedSymlinks: boolean;
  readonly notSeen: readonly string[];
}

const REMOTE = /^(nfs|nfs4|cifs|smb3|ceph|9p|afs|glusterfs|fuse(\..*)?|fuseblk)$/;

/**
 * Reads what {@link judgeAccess} needs about an absolute path: every directory and link on the way as the kernel
 * takes it, their ACLs, the mount at the end. Opens nothing for reading, so a FIFO or device on the way is safe.
 *
 * ACLs are read only where they can decide for this uid, with one getfacl.
 */
export async function gatherAccess(path: string, uid: number, want: AccessWant): Promise<AccessFacts> {
  const walk = walkPath(byteString(path));
  const notSeen: string[] = [];
  const nodes = await withAcls(walk.nodes, uid, notSeen);
  const mount = walk.end === null ? mountOf(walk.resolvedPath, notSeen) : null;
  if (mount !== null && REMOTE.test(mount.type)) {
    notSeen.push(`${shownPath(mount.mountPoint)} is a ${mount.type} filesystem: its server may refuse more`);
  }
  const changes = want === 'write' || want === 'create';
  const immutable = changes && walk.end === null && (await isImmutable(nodes, notSeen));
  return { ...walk, path, nodes, mount, immutable, protectedSymlinks: protectedSymlinks(notSeen), notSeen };
}

function mountOf(path: string, notSeen: string[]): Mount | null {
  const mounts = readMounts();
  if (mounts.isErr()) {
    notSeen.push(`read-only and noexec mounts were not seen: ${mounts.error.message}`);
    return null;
  }
  try {
    const fd = openSync(nodePath(path), O_PATH | constants.O_NOFOLLOW);
    try {
      const id = mountIdOf(fd);
      const mount = mounts.value.find((candidate) => candidate.id === id);
      if (mount !== undefined) return mount;
    } finally {
      closeSync(fd);
    }
  } catch {
    // Not openable for us: the name decides, which is right unless mounts lie on top of one another.
  }
  return mountOfPath(mounts.value, path);
}

/** chattr +i refuses every write, root's included (EPERM), and shows in no mode bit. */
async function isImmutable(nodes: readonly AccessNode[], notSeen: string[]): Promise<boolean> {
  const final = nodes.at(-1);
  if (final === undefined || (final.type !== 'file' && final.type !== 'directory')) return false;
  const path = utf8Text(final.path);
  const ran = path === null ? null : await runProgram('lsattr', ['-d', '--', path]);
  if (ran === null || ran.isErr()) {
    notSeen.push('the immutable attribute (chattr +i) was not read');
    return false;
  }
  // A filesystem without attributes makes lsattr fail, and cannot have this one.
  return ran.value.exitCode === 0 && /^\S*i/.test(ran.value.stdout);
}

function protectedSymlinks(notSeen: string[]): boolean {
  try {
    return readFileSync('/proc/sys/fs/protected_symlinks', 'latin1').trim() !== '0';
  } catch {
    notSeen.push('fs.protected_symlinks was not readable and is taken to be on');
    return true;
  }
}
