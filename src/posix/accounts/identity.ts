import { printablePath } from '../paths/index.js';
import type { ProgramError } from '../programs/index.js';

/** One account as the name service knows it: local, LDAP or any other source `getent` asks. */
export interface User {
  readonly name: string;
  readonly uid: number;
  /** Primary group. */
  readonly gid: number;
  /** As written in the account; it need not exist. */
  readonly home: string;
  readonly shell: string;
}

/** One group. `members` holds those listed in it, not those who have it as their primary group. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** What the kernel will check for this user once logged in afresh: uid, primary group, every group. */
export interface Identity {
  readonly user: User;
  readonly group: Group;
  /** Every group, the primary one first, none twice. A gid without a name has its number as name. */
  readonly groups: readonly Group[];
}

/** No such account. */
export interface UserNotFound {
  readonly code: 'USER_NOT_FOUND';
  readonly message: string;
  readonly user: string;
}

/** No such group. */
export interface GroupNotFound {
  readonly code: 'GROUP_NOT_FOUND';
  readonly message: string;
  readonly group: string;
}

/** The text cannot be the name of an account. */
export interface InvalidUserName {
  readonly code: 'INVALID_USER_NAME';
  readonly message: string;
  readonly user: string;
}

/** No such account or group, a name that can be none, or `getent` itself failed. */
export type IdentityError = UserNotFound | GroupNotFound | InvalidUserName | ProgramError;

/**
 * Whether this can be the name of an account: not empty, not a number, nothing that `passwd(5)` or a command line
 * would read as something else. Looser than what `useradd` creates, so that LDAP names pass.
 */
export function isAccountName(name: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what this keeps out
  const readsOtherwise = /[\s:/,'"\u0000-\u001f\u007f]/;
  return name.length <= 256 && !/^[0-9]*$/.test(name) && !/^[-\\]/.test(name) && !readsOtherwise.test(name);
}

/** Whether the kernel takes this as a uid or gid; 2^32-1 means "leave alone" to chown(2) and is none. */
export function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < 0xffff_ffff;
}

/** Reads one line of passwd(5), or null when it is none. */
export function parsePasswdLine(line: string): User | null {
  const [name, , uid, gid, , home, shell] = line.split(':');
  if (name === undefined || uid === undefined || gid === undefined || home === undefined) return null;
  if (!isNumber(uid) || !isNumber(gid)) return null;
  // passwd(5): an empty shell means /bin/sh.
  const loginShell = shell === undefined || shell === '' ? '/bin/sh' : shell;
  return { name, uid: Number(uid), gid: Number(gid), home, shell: loginShell };
}

/** Reads one line of group(5), or null when it is none. */
export function parseGroupLine(line: string): Group | null {
  const [name, , gid, members] = line.split(':');
  if (name === undefined || gid === undefined || !isNumber(gid)) return null;
  return { name, gid: Number(gid), members: (members ?? '').split(',').filter((member) => member !== '') };
}

/** A name as messages show it: escaped, and short even when it was not. */
export function shownName(name: string): string {
  const shown = printablePath(name);
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}

function isNumber(text: string): boolean {
  return /^[0-9]+$/.test(text) && isId(Number(text));
}
