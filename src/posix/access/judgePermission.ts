import type { AccessRule, AclDecision } from './access.js';
import type { FileType } from '../paths/index.js';
import type { Identity } from '../accounts/index.js';
import type { Acl } from './readAcls.js';

export const READ = 4;
export const WRITE = 2;
export const EXECUTE = 1;

/** Who asks: what the kernel has in its credentials. */
export interface Subject {
  readonly uid: number;
  readonly gids: ReadonlySet<number>;
  readonly capabilities: FileCapabilities;
}

/** The two capabilities that overrule permissions (capabilities(7)). */
export interface FileCapabilities {
  /** CAP_DAC_OVERRIDE: everything but running what has no execute bit. */
  readonly override: boolean;
  /** CAP_DAC_READ_SEARCH: reading, and going through directories. */
  readonly readSearch: boolean;
}

export const NO_CAPABILITIES: FileCapabilities = { override: false, readSearch: false };

/** What is asked about. `acl` is null when it has none beyond its mode, or when it was not read. */
export interface Inode {
  readonly type: FileType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly acl: Acl | null;
}

export interface Judgement {
  readonly allowed: boolean;
  /** What decided, for people and for programs. */
  readonly rule: string;
  readonly decidedBy: AccessRule;
  readonly acl: AclDecision | null;
}

/**
 * Decides one permission on one inode as the kernel's `generic_permission()` does; pure.
 *
 * Only one class counts: the owner's bits if the uid is the owner's, whatever the group could do; then the ACL, if
 * there is one and its mask (shown as the group bits) is not empty; then group or other. Capabilities overrule that,
 * but a file without any execute bit is never run. Source: fs/namei.c (`acl_permission_check`, `generic_permission`),
 * fs/posix_acl.c (`posix_acl_permission`), acl(5).
 *
 * @param want - {@link READ}, {@link WRITE}, {@link EXECUTE} or a sum of them
 */
export function judgePermission(inode: Inode, subject: Subject, want: number): Judgement {
  const judged = judgeByClass(inode, subject, want);
  if (judged.allowed) return judged;
  const { override, readSearch } = subject.capabilities;
  const isDirectory = inode.type === 'directory';
  if (!isDirectory && (want & EXECUTE) !== 0 && (inode.mode & 0o111) === 0) {
    if (!override) return judged;
    const rule = 'even CAP_DAC_OVERRIDE runs a file only when some execute bit is set, and none is';
    return { allowed: false, rule, decidedBy: 'no-execute-bit', acl: null };
  }
  if (override) return passes('CAP_DAC_OVERRIDE');
  const onlyLooks = isDirectory ? (want & WRITE) === 0 : want === READ;
  return readSearch && onlyLooks ? passes('CAP_DAC_READ_SEARCH') : judged;
}

/** `rwx` for 7, `r--` for 4. */
export function rwx(bits: number): string {
  return `${(bits & READ) === 0 ? '-' : 'r'}${(bits & WRITE) === 0 ? '-' : 'w'}${(bits & EXECUTE) === 0 ? '-' : 'x'}`;
}

function passes(capability: string): Judgement {
  return { allowed: true, rule: `uid 0 passes (${capability})`, decidedBy: 'capability', acl: null };
}

function judgeByClass(inode: Inode, subject: Subject, want: number): Judgement {
  const { mode, acl } = inode;
  if (inode.uid === subject.uid) return byBits('owner', `owner ${inode.uid}`, mode >> 6, want);
  // An empty mask switches the ACL off: the kernel then looks at the group and other bits alone.
  if (acl !== null && (mode & 0o070) !== 0) return judgeByAcl(inode, acl, subject, want);
  if (subject.gids.has(inode.gid)) return byBits('group', `group ${inode.gid}`, mode >> 3, want);
  return byBits('other', 'other', mode, want);
}

function judgeByAcl(inode: Inode, acl: Acl, subject: Subject, want: number): Judgement {
  const mask = acl.mask ?? 7;
  const user = acl.users.find((entry) => entry.id === subject.uid);
  if (user !== undefined) return masked('user', user.id, user.bits, mask, want);

  const groups = [{ id: inode.gid, bits: acl.owningGroup }, ...acl.groups].filter((g) => subject.gids.has(g.id));
  const first = groups[0];
  if (first === undefined) {
    const decision = byBits('acl-other', 'ACL other', acl.other, want);
    return { ...decision, acl: { entry: `other::${rwx(acl.other)}`, mask: null } };
  }
  const granting = groups.find((group) => (group.bits & want) === want);
  return masked('group', (granting ?? first).id, (granting ?? first).bits, mask, want);
}

function byBits(decidedBy: AccessRule, who: string, bits: number, want: number): Judgement {
  return { allowed: (bits & want) === want, rule: `${who}: ${rwx(bits)}`, decidedBy, acl: null };
}

function masked(kind: 'user' | 'group', id: number, bits: number, mask: number, want: number): Judgement {
  const left = bits & mask;
  const how = left === bits ? '' : ` masked to ${rwx(left)}`;
  return {
    allowed: (left & want) === want,
    rule: `ACL ${kind} ${id}: ${rwx(bits)}${how}`,
    decidedBy: `acl-${kind}`,
    acl: { entry: `${kind}:${id}:${rwx(bits)}`, mask: rwx(mask) },
  };
}

/** The credentials a fresh login of this identity has; capabilities are root's alone. */
export function subjectOf(identity: Identity, rootCapabilities: FileCapabilities): Subject {
  const { uid } = identity.user;
  const gids = new Set([identity.group, ...identity.groups].map((group) => group.gid));
  return { uid, gids, capabilities: uid === 0 ? rootCapabilities : NO_CAPABILITIES };
}

/**
 * Makes the judge of what must not be given away or opened: whether the receiver could read a file, or list and enter a
 * directory, before. By mode bits, owner, groups and, where it is given, the ACL. Nothing else is private. Every sweep and
 * every step that gives a file away or widens its mode asks it.
 *
 * @param receiver - an account; or `everyone`, which is what a mode that others may read gives a file to
 */
export function readableBy(
  receiver: Identity | 'everyone',
): (entry: Omit<Inode, 'acl'> & Partial<Pick<Inode, 'acl'>>) => boolean {
  const subject = receiver === 'everyone' ? null : subjectOf(receiver, { override: true, readSearch: true });
  return (entry) => {
    if (entry.type !== 'file' && entry.type !== 'directory') return true;
    const want = entry.type === 'directory' ? READ | EXECUTE : READ;
    if (subject !== null) return judgePermission({ acl: null, ...entry }, subject, want).allowed;
    // A class that has less than the others is one that was kept out.
    const { acl = null, mode } = entry;
    const classes = acl === null ? [mode >> 3, mode] : entriesOf(acl);
    return classes.every((bits) => (bits & want) === want);
  };
}

function entriesOf({ users, groups, owningGroup, mask, other }: Acl): readonly number[] {
  const masked = [owningGroup, ...users.map(({ bits }) => bits), ...groups.map(({ bits }) => bits)];
  return [other, ...masked.map((bits) => bits & (mask ?? 7))];
}
