import type { AccessMount, AccessNeed, AccessRemedy, AccessRule } from './access.js';
import { printablePath, printableText, toBytes, utf8Text } from '../paths/index.js';
import type { Identity } from '../accounts/index.js';
import { EXECUTE, judgePermission, NO_CAPABILITIES, READ, rwx, WRITE, subjectOf } from './judgePermission.js';
import type { Inode } from './judgePermission.js';

/** What refused, and all that a way out depends on. */
export interface Refusal {
  readonly node: Inode & { readonly path: string; readonly role: 'search' | 'link' | 'final' };
  readonly needs: AccessNeed;
  /** The permission bits that were asked for. */
  readonly bits: number;
  readonly decidedBy: AccessRule;
  readonly mount: AccessMount | null;
  /** Of a link that may not be followed: whose it would have to be. */
  readonly owner?: number;
}

/**
 * The ways to lift one refusal, the narrowest first, each with what else it makes possible; pure. They are proposals
 * for people: whether one is wanted is not judged, and most refusals are there for a reason.
 */
export function remediesFor(refusal: Refusal, identity: Identity): readonly AccessRemedy[] {
  const { node, decidedBy, mount } = refusal;
  const path = printablePath(toBytes(node.path));
  switch (decidedBy) {
    case 'read-only-mount': {
      const exposes = `all of ${printablePath(mount?.point ?? '')} becomes writable, as its permissions allow`;
      return [{ action: 'remount', command: onPath(mount?.point, ['mount', '-o', 'remount,rw']), exposes }];
    }
    case 'noexec-mount': {
      const exposes = `every program on ${printablePath(mount?.point ?? '')} can be run, also one that another account puts there`;
      return [
        { ...elsewhere(node, identity), exposes: `nothing on ${printablePath(mount?.point ?? '')}` },
        { action: 'remount', command: onPath(mount?.point, ['mount', '-o', 'remount,exec']), exposes },
      ];
    }
    case 'immutable': {
      const exposes = `${path} can be changed, renamed and removed, as its permissions allow, by root too`;
      return [{ action: 'make-mutable', command: onNode(node, ['chattr', '-i', '--']), exposes }];
    }
    case 'no-execute-bit': {
      const exposes = `its owner, uid ${node.uid}, and root can run ${path}`;
      return [{ action: 'change-mode', command: onNode(node, ['chmod', 'u+x', '--']), exposes }];
    }
    case 'protected-symlinks': {
      const exposes = `${path} then belongs to uid ${refusal.owner ?? 0}, and every process follows it`;
      const command = onNode(node, ['chown', '-h', String(refusal.owner ?? 0), '--']);
      return [{ action: 'change-link-owner', command, exposes }];
    }
    case 'not-a-file':
    case 'link':
    case 'capability':
      return [];
    default:
      return permissionRemedies(refusal, identity);
  }
}

function permissionRemedies(refusal: Refusal, identity: Identity): readonly AccessRemedy[] {
  const { node, needs, bits, decidedBy } = refusal;
  const name = printableText(identity.user.name);
  const path = printablePath(toBytes(node.path));
  const letters = `${(bits & READ) === 0 ? '' : 'r'}${(bits & WRITE) === 0 ? '' : 'w'}${(bits & EXECUTE) === 0 ? '' : 'x'}`;
  const change = (who: string): readonly string[] | null => onNode(node, ['chmod', `${who}+${letters}`, '--']);
  const away = needs === 'search' || needs === 'execute' ? [elsewhere(node, identity)] : [];
  if (decidedBy === 'owner') {
    const exposes = `nothing to others: ${name} owns ${path} and could do this already`;
    return [{ action: 'change-mode', command: change('u'), exposes }, ...away];
  }
  const what = meaning(needs, path, node.type === 'directory');
  const mode = (who: string, whom: string): AccessRemedy => ({
    action: 'change-mode',
    command: change(who),
    exposes: `${whom} can then ${what}`,
  });
  const named = node.acl === null ? '' : ', and whom its ACL names,';
  const members = `every member of group ${node.gid}${named}`;
  return [
    grant(refusal, identity, what),
    ...join(refusal, identity),
    // With an ACL, chmod changes the mask, which gives the group no more than its entry has.
    ...(decidedBy === 'group' && ((node.acl?.owningGroup ?? 7) & bits) === bits ? [mode('g', members)] : []),
    ...(decidedBy === 'other' || decidedBy === 'acl-other' ? [mode('o', 'every user of the host')] : []),
    ...away,
  ];
}

/** An entry of its own, and a mask that lets it through: spelled out, so that no other entry comes into force unseen. */
function grant({ node, bits }: Refusal, identity: Identity, what: string): AccessRemedy {
  const { user } = identity;
  const mask = node.acl?.mask ?? (node.mode >> 3) & 7;
  // The new entry is the only one that counts for the user from then on: it keeps what the user could do before.
  const subject = subjectOf(identity, NO_CAPABILITIES);
  const had = [READ, WRITE, EXECUTE].filter((bit) => judgePermission(node, subject, bit).allowed);
  const entry = had.reduce((sum, bit) => sum | bit, bits);
  const command = onNode(node, ['setfacl', '-n', '-m', `u:${user.uid}:${rwx(entry)},m::${rwx(mask | entry)}`, '--']);
  const others = heldBack(node, user.uid, mask, mask | entry);
  const too =
    others.length === 0 ? 'no other account gains anything' : `the wider mask gives the same to ${others.join(', ')}`;
  return { action: 'grant-acl', command, exposes: `${printableText(user.name)} can then ${what}; ${too}` };
}

/** Entries that a wider mask gives more than they had. */
function heldBack({ acl, gid }: Inode, uid: number, mask: number, widened: number): readonly string[] {
  if (acl === null) return [];
  const gains = (bits: number): boolean => (bits & widened) !== (bits & mask);
  return [
    ...acl.users.filter((entry) => entry.id !== uid && gains(entry.bits)).map((entry) => `uid ${entry.id}`),
    ...(gains(acl.owningGroup) ? [`group ${gid}`] : []),
    ...acl.groups.filter((entry) => gains(entry.bits)).map((entry) => `group ${entry.id}`),
  ];
}

/** Joining a group that already may: it opens much more than one path. */
function join({ node, bits, decidedBy }: Refusal, { user, groups }: Identity): readonly AccessRemedy[] {
  const isOther = decidedBy === 'other' || decidedBy === 'acl-other';
  const mask = node.acl?.mask ?? 7;
  const owning = node.acl?.owningGroup ?? (node.mode >> 3) & 7;
  const may = (owning & mask & bits) === bits;
  if (!isOther || !may || node.gid === 0 || groups.some((group) => group.gid === node.gid)) return [];
  const command = ['usermod', '--append', '--groups', String(node.gid), '--', user.name];
  const exposes = `${printableText(user.name)} can then do everything that group ${node.gid} may, on the whole host, once its processes are restarted`;
  return [{ action: 'join-group', command, exposes }];
}

function elsewhere(node: Inode & { readonly path: string }, { user }: Identity): AccessRemedy {
  const path = printablePath(toBytes(node.path));
  const where = node.type === 'directory' ? `what ${printableText(user.name)} needs from below ${path}` : path;
  return {
    action: 'put-elsewhere',
    command: null,
    exposes: `nothing of ${path}: install ${where} where everyone may reach it, such as /usr/local`,
  };
}

function meaning(needs: AccessNeed, path: string, isDirectory: boolean): string {
  if (needs === 'search') return `reach every entry below ${path} whose own permissions allow it`;
  if (needs === 'execute') return `run ${path}`;
  if (needs === 'read') return isDirectory ? `list the names in ${path}` : `read ${path}`;
  return isDirectory ? `make, rename and remove entries in ${path}` : `change the content of ${path}`;
}

/** Arguments are text; a path that is none has no command. */
function onNode({ path }: { readonly path: string }, command: readonly string[]): readonly string[] | null {
  const text = utf8Text(path);
  return text === null ? null : [...command, text];
}

function onPath(path: string | undefined, command: readonly string[]): readonly string[] | null {
  return path === undefined ? null : [...command, path];
}
