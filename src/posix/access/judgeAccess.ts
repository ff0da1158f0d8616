import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type {
  AccessBlock,
  AccessComponent,
  AccessError,
  AccessExplanation,
  AccessMount,
  AccessNeed,
  AccessRemedy,
  AccessRule,
  AccessWant,
} from './access.js';
import { octalMode, printablePath, shownPath, toBytes } from '../paths/index.js';
import type { AccessFacts } from './gatherAccess.js';
import type { Identity } from '../accounts/index.js';
import { EXECUTE, judgePermission, READ, WRITE, subjectOf } from './judgePermission.js';
import type { Judgement, Subject } from './judgePermission.js';
import { mountOfPath } from '../handles/index.js';
import { remediesFor } from './remediesFor.js';
import type { AccessNode } from './walkPath.js';

const BITS: Readonly<Record<AccessNeed, number>> = { search: EXECUTE, read: READ, write: WRITE, execute: EXECUTE };

/**
 * Turns gathered facts into the verdict; pure. All components are judged, also those behind the first refusal, so
 * that everything that would have to change is seen at once.
 */
export function judgeAccess(
  facts: AccessFacts,
  identity: Identity,
  want: AccessWant,
): Result<AccessExplanation, AccessError> {
  // Missing is missing for everyone; an unreadable rest is an answer only if the user is stopped before it.
  if (facts.end !== null && facts.end.code !== 'IO') return err(facts.end);
  const final = facts.nodes.find((node) => node.role === 'final');
  if (final !== undefined && final.type !== 'directory' && (want === 'traverse' || want === 'create')) {
    const path = shownPath(final.path);
    const message = `${printed(final.path)} is a ${final.type}; ask for ${want} about a directory`;
    return err({ code: 'NOT_A_DIRECTORY', message, path });
  }

  const subject = subjectOf(identity, facts.rootCapabilities);
  const judged = facts.nodes.flatMap((node) => judgeNode(node, facts, subject, want, identity.user.name));
  const blocked = judged.find((one) => one.block !== null);
  const blockedAt = blocked?.block ?? null;
  if (blockedAt === null && facts.end !== null) return err(facts.end);
  const unseen = facts.end === null ? [] : [`what lies behind it: ${facts.end.message}`];
  return ok({
    path: facts.path,
    resolvedPath: shownPath(facts.resolvedPath),
    user: identity.user.name,
    want,
    allowed: blockedAt === null,
    blockedAt,
    components: judged.map((one) => one.component),
    remedies: blocked === undefined ? [] : blocked.remedies(identity),
    notSeen: [...facts.notSeen, ...unseen],
  });
}

interface Judged {
  readonly component: AccessComponent;
  readonly block: AccessBlock | null;
  readonly remedies: (identity: Identity) => readonly AccessRemedy[];
}

function judgeNode(node: AccessNode, facts: AccessFacts, subject: Subject, want: AccessWant, user: string): Judged[] {
  if (node.role === 'link') return [judgeLink(node, facts, subject)];
  const judge = (needs: AccessNeed, bits = BITS[needs]): Judged => judgeNeed(node, needs, subject, bits, facts, user);
  if (node.role === 'search' || want === 'traverse') return [judge('search')];
  // The name is looked up first, and then both permissions are asked for at once: one ACL entry must give both.
  if (want === 'create') return [judge('search'), judge('write', WRITE | EXECUTE)];
  return [judge(want)];
}

function judgeNeed(
  node: AccessNode,
  needs: AccessNeed,
  subject: Subject,
  bits: number,
  facts: AccessFacts,
  user: string,
): Judged {
  const placed = needs === 'search' ? null : judgePlace(node, needs, facts);
  const { allowed, rule, decidedBy, acl } = placed ?? judgePermission(node, subject, bits);
  const path = shownPath(node.path);
  const reason = refusal(node, needs, user, BY_MODE.has(decidedBy) ? '' : `: ${rule}`);
  const component = { ...shown(node, facts), needs, allowed, rule, decidedBy, acl };
  return {
    component,
    block: allowed ? null : { path, needs, reason },
    remedies: (identity) => remediesFor({ node, needs, bits, decidedBy, mount: mountAt(node, facts) }, identity),
  };
}

/** What the mode says by itself needs no other words. */
const BY_MODE: ReadonlySet<AccessRule> = new Set(['owner', 'group', 'other']);

/** `www-data may not enter /root (mode 0700, owner root, group root)`. */
function refusal(node: AccessNode, needs: AccessNeed, user: string, why: string): string {
  const isDirectory = node.type === 'directory';
  const verbs: Readonly<Record<AccessNeed, string>> = {
    search: 'enter',
    read: isDirectory ? 'list' : 'read',
    write: isDirectory ? 'create entries in' : 'write to',
    execute: 'execute',
  };
  const idOf = (kind: 'uid' | 'gid'): string => (node[kind] === 0 ? 'root' : `${kind} ${node[kind]}`);
  const mode = `mode ${octalMode(node.mode)}, owner ${idOf('uid')}, group ${idOf('gid')}`;
  return `${printablePath(user)} may not ${verbs[needs]} ${printed(node.path)} (${mode})${why}`;
}

/**
 * What refuses whatever the permissions say, or null: the kind of file, the mount, the immutable attribute. It comes
 * first. Source: fs/namei.c, `may_open` and `inode_permission`.
 */
function judgePlace(node: AccessNode, needs: AccessNeed, facts: AccessFacts): Judgement | null {
  const refuse = (decidedBy: AccessRule, rule: string): Judgement => ({ allowed: false, rule, decidedBy, acl: null });
  const mountPoint = facts.mount === null ? '' : printed(facts.mount.mountPoint);
  if (needs === 'execute') {
    if (node.type !== 'file')
      return refuse('not-a-file', `only a regular file can be executed, and this is a ${node.type}`);
    if (facts.mount?.noExec === true) return refuse('noexec-mount', `${mountPoint} is mounted noexec`);
  }
  // FIFOs, sockets and devices are written to, not the filesystem they lie on.
  if (needs === 'write' && (node.type === 'file' || node.type === 'directory')) {
    if (facts.mount?.readOnly === true) return refuse('read-only-mount', `${mountPoint} is mounted read-only`);
    if (facts.immutable) return refuse('immutable', 'it has the immutable attribute (chattr +i)');
  }
  return null;
}

/**
 * fs.protected_symlinks: a last link in a sticky directory that all can write to is followed only by its owner, or
 * when the directory has the same owner. Root is no exception. Source: fs/namei.c, `may_follow_link`.
 */
function judgeLink(node: AccessNode, facts: AccessFacts, subject: Subject): Judged {
  const { lastIn } = node;
  const target = printed(node.target ?? '');
  const refused =
    facts.protectedSymlinks &&
    lastIn !== undefined &&
    (lastIn.mode & 0o1002) === 0o1002 &&
    node.uid !== subject.uid &&
    lastIn.uid !== node.uid;
  const rule = refused
    ? `fs.protected_symlinks: uid ${subject.uid} may not follow a link of uid ${node.uid} in a sticky directory`
    : `link to ${target}`;
  const decidedBy = refused ? 'protected-symlinks' : 'link';
  const component = {
    ...shown(node, facts),
    needs: 'follow' as const,
    allowed: !refused,
    rule,
    decidedBy,
    acl: null,
  } as const;
  if (!refused) return { component, block: null, remedies: () => [] };
  const path = shownPath(lastIn.path);
  const reason = `the symbolic link ${printed(node.path)} is not followed: ${rule}`;
  return {
    component,
    block: { path, needs: 'search', reason },
    remedies: (identity) =>
      remediesFor({ node, needs: 'search', bits: 0, decidedBy, mount: null, owner: lastIn.uid }, identity),
  };
}

/** For sentences: on one line, whatever the path holds. */
function printed(path: string): string {
  return printablePath(toBytes(path));
}

function shown(
  node: AccessNode,
  facts: AccessFacts,
): Pick<AccessComponent, 'path' | 'type' | 'mode' | 'uid' | 'gid' | 'mount'> {
  const { type, uid, gid } = node;
  return { path: shownPath(node.path), type, mode: octalMode(node.mode), uid, gid, mount: mountAt(node, facts) };
}

/** The final node's mount is known by its id, that of the others by name. */
function mountAt(node: AccessNode, facts: AccessFacts): AccessMount | null {
  const mount = node.role === 'final' ? facts.mount : mountOfPath(facts.mounts, node.path);
  if (mount === null) return null;
  const { mountPoint, type, readOnly, noExec } = mount;
  return { point: shownPath(mountPoint), type, readOnly, noExec };
}
