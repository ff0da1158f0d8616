import type { Identity } from './identity.js';

/** A group that makes its members more than an ordinary user, and in what way. */
export interface PrivilegedGroup {
  readonly group: string;
  /** One sentence on what a member can do. */
  readonly why: string;
}

/**
 * Names the groups of this identity that are root in all but name, or that read what is not theirs.
 *
 * It goes by the well-known names of Debian and Fedora, and by gid 0; it does not read sudoers or polkit rules, so
 * an empty answer is no proof that the user has no other way to root. Pure.
 */
export function privilegedGroups(identity: Identity): readonly PrivilegedGroup[] {
  return identity.groups.flatMap(({ name, gid }) => {
    const why = gid === 0 ? REASONS.get('root') : REASONS.get(name);
    return why === undefined ? [] : [{ group: name, why }];
  });
}

/** Sources: Debian wiki SystemGroups; docker and LXD document their groups as equal to root. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['root', 'may write what is group-writable for root'],
  ['sudo', 'may become root through sudo'],
  ['wheel', 'may become root through sudo or su'],
  ['admin', 'may become root through sudo on older Ubuntu hosts'],
  ['docker', 'may start a container that writes to the whole host as root'],
  ['lxd', 'may start a container that writes to the whole host as root'],
  ['incus-admin', 'may start a container that writes to the whole host as root'],
  ['libvirt', 'may start a machine with any disk of the host'],
  ['disk', 'may read and write every disk, whatever the file permissions'],
  ['shadow', 'may read the password hashes of all users'],
  ['adm', 'may read the system logs and, with them, what other services print'],
  ['systemd-journal', 'may read the whole journal, with what other services print'],
  ['kmem', 'may read kernel memory'],
]);
