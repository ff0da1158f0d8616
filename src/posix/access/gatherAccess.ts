import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import type { AccessWant } from './access.js';
import { byteString, nodePath, printablePath, toBytes } from '../paths/index.js';
import { NO_CAPABILITIES } from './judgePermission.js';
import type { FileCapabilities } from './judgePermission.js';
import { O_PATH, mountIdOf, mountOfPath, readMounts } from '../handles/index.js';
import type { Mount } from '../handles/index.js';
import { readAcls } from './readAcls.js';
import type { AclsRead } from './readAcls.js';
import { readAttributes } from './readAttributes.js';
import { walkPath } from './walkPath.js';
import type { AccessNode, Walk } from './walkPath.js';

/** What is asked about a path, absolute. */
export interface AccessQuestion {
  readonly path: string;
  readonly want: AccessWant;
}

/** Everything the verdict rests on, read once. */
export interface AccessFacts extends Walk {
  /** As asked. */
  readonly path: string;
  /** The mount of the final node. */
  readonly mount: Mount | null;
  /** All mounts; empty when they could not be read. */
  readonly mounts: readonly Mount[];
  readonly immutable: boolean;
  /** `fs.protected_symlinks`. */
  readonly protectedSymlinks: boolean;
  /** What a fresh process of root has here. */
  readonly rootCapabilities: FileCapabilities;
  readonly notSeen: readonly string[];
}

const REMOTE = /^(nfs|nfs4|cifs|smb3|ceph|9p|afs|glusterfs|fuse(\..*)?|fuseblk)$/;
const CAP_DAC_OVERRIDE = 1n << 1n;
const CAP_DAC_READ_SEARCH = 1n << 2n;

/**
 * Reads what {@link judgeAccess} needs about an absolute path: every directory and link on the way as the kernel takes
 * it, their ACLs, the mount at the end. Opens nothing for reading, so a FIFO or device on the way is safe.
 */
export async function gatherAccess(
  path: string,
  want: AccessWant,
  uid: number,
  options: { readonly signal?: AbortSignal } = {},
): Promise<AccessFacts> {
  const asked = { path, want, walk: walkPath(byteString(path)) };
  return factsOf(asked, await readHost([asked], uid, options));
}

/** {@link gatherAccess} about many paths, for one user: programs are started for all of them together. */
export async function gatherManyAccesses(
  questions: readonly AccessQuestion[],
  uid: number,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly AccessFacts[]> {
  const asked = questions.map((question) => ({ ...question, walk: walkPath(byteString(question.path)) }));
  const host = await readHost(asked, uid, options);
  return asked.map((one) => factsOf(one, host));
}

/**
 * Reads what explanations about these paths will need, for any user, with one program each: what is known of an inode is
 * not asked again while it stays as it is.
 */
export async function readAhead(paths: readonly string[]): Promise<void> {
  const walks = paths.map((path) => walkPath(byteString(path)));
  await readAcls(walks.flatMap(({ nodes }) => nodes.filter(({ role }) => role !== 'link')));
  await readAttributes(walks.flatMap((walk) => changed({ path: '', want: 'write', walk }) ?? []));
}

interface Asked extends AccessQuestion {
  readonly walk: Walk;
}

/** What is read besides the ways themselves. */
interface Host {
  readonly shared: Pick<AccessFacts, 'mounts' | 'protectedSymlinks' | 'rootCapabilities'>;
  readonly acls: AclsRead;
  readonly attributes: ReadonlyMap<string, string>;
  readonly notSeen: readonly string[];
}

async function readHost(
  asked: readonly Asked[],
  uid: number,
  options: { readonly signal?: AbortSignal },
): Promise<Host> {
  const notSeen: string[] = [];
  const mounts = readMounts();
  if (mounts.isErr()) notSeen.push(`read-only and noexec mounts were not seen: ${mounts.error.message}`);
  const shared = {
    mounts: mounts.unwrapOr([]),
    protectedSymlinks: protectedSymlinks(notSeen),
    rootCapabilities: rootCapabilities(uid, notSeen),
  };
  const withAcl = asked.flatMap(({ walk }) => walk.nodes.filter((node) => aclHasASay(node, uid)));
  const acls = await readAcls(withAcl, options);
  const attributes = await readAttributes(
    asked.flatMap((one) => changed(one) ?? []),
    options,
  );
  return { shared, acls, attributes, notSeen: [...notSeen, ...acls.failures] };
}

function factsOf(asked: Asked, { shared, acls, attributes, notSeen: unseen }: Host): AccessFacts {
  const { path, walk } = asked;
  const notSeen = [...unseen];
  const nodes = walk.nodes.map((node) => {
    const failure = acls.unread.get(node.path);
    if (failure !== undefined) notSeen.push(failure);
    return { ...node, acl: acls.found.get(node.path) ?? null };
  });
  const mount = walk.end === null ? mountOf(walk.resolvedPath, shared.mounts) : null;
  if (mount !== null && REMOTE.test(mount.type)) {
    notSeen.push(
      `${printablePath(toBytes(mount.mountPoint))} is a ${mount.type} filesystem: its server may refuse what is allowed here`,
    );
  }
  const final = changed(asked);
  const flags = final === null ? '' : (attributes.get(final.path) ?? null);
  if (flags === null) notSeen.push('the immutable attribute (chattr +i) was not read');
  if (flags?.includes('a') === true) notSeen.push('it is append-only (chattr +a): it may be opened for appending only');
  return { ...walk, ...shared, path, nodes, mount, immutable: flags?.includes('i') === true, notSeen };
}

/** The file or directory that is to be changed: what its attributes can forbid. */
function changed({ want, walk }: Asked): AccessNode | null {
  const final = walk.end === null && (want === 'write' || want === 'create') ? walk.nodes.at(-1) : undefined;
  return final !== undefined && (final.type === 'file' || final.type === 'directory') ? final : null;
}

/** Whether an ACL could have a say, in the verdict or in what would change it: it has none about the owner. */
function aclHasASay(node: AccessNode, uid: number): boolean {
  return node.role !== 'link' && node.uid !== uid;
}

function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
  try {
    const fd = openSync(nodePath(path), O_PATH | constants.O_NOFOLLOW);
    try {
      const id = mountIdOf(fd);
      const mount = mounts.find((candidate) => candidate.id === id);
      if (mount !== undefined) return mount;
    } finally {
      closeSync(fd);
    }
  } catch {
    // Not openable for us: the name decides, which is right unless mounts lie on top of one another.
  }
  return mountOfPath(mounts, path);
}

/**
 * What root's processes have of the two capabilities: execve(2) gives them the bounding set, which a container or a
 * unit may have narrowed. In a user namespace they do not count for files of users outside it.
 */
function rootCapabilities(uid: number, notSeen: string[]): FileCapabilities {
  if (uid !== 0) return NO_CAPABILITIES;
  try {
    const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
    if (!/^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'latin1'))) {
      notSeen.push('this is a user namespace: what root may do with files of users outside it');
    }
    const has = (capability: bigint): boolean => (BigInt(`0x${bounding}`) & capability) !== 0n;
    return { override: has(CAP_DAC_OVERRIDE), readSearch: has(CAP_DAC_READ_SEARCH) };
  } catch {
    notSeen.push('which capabilities root has here; assumed: all');
    return { override: true, readSearch: true };
  }
}

function protectedSymlinks(notSeen: string[]): boolean {
  try {
    return readFileSync('/proc/sys/fs/protected_symlinks', 'latin1').trim() !== '0';
  } catch {
    notSeen.push('fs.protected_symlinks was not readable and is assumed to be on');
    return true;
  }
}
