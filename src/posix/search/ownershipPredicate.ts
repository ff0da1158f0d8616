import { okAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { fileTypeOf } from '../paths/index.js';
import type { FileType } from '../paths/index.js';
import type { Identity } from '../accounts/index.js';
import { probeAccess } from '../access/index.js';
import type { ProgramError } from '../programs/index.js';

/** Which entries are asked for; all that is given must hold. Nothing given means every entry. */
export interface OwnershipPredicate {
  /** Owned by this uid. */
  readonly by?: number;
  /** Not owned by this uid. */
  readonly notBy?: number;
  /** Owned by this gid. */
  readonly group?: number;
  /** The group write bit is not set. Mode bits only: no ACL, no user is asked. Symbolic links have it always. */
  readonly groupUnwritable?: boolean;
  /** All of these mode bits are set: `0o2070`. */
  readonly modeHas?: number;
  /** None of these mode bits is set. */
  readonly modeLacks?: number;
  /** Of one of these types. */
  readonly types?: readonly FileType[];
  /**
   * Whether this user can really write it (`is: true`): reach it, and change its content or make entries in it. With
   * `is: false`, what the user cannot write for whatever reason. Symbolic links match neither.
   */
  readonly writable?: { readonly by: Identity; readonly is: boolean };
}

const LETTERS: Readonly<Record<FileType, string>> = {
  file: 'f',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  socket: 's',
  block: 'b',
  char: 'c',
};

/** The predicate in find's words, without what a user can write. */
export function findPredicate(predicate: OwnershipPredicate): readonly string[] {
  const { by, notBy, group, groupUnwritable, modeHas = 0, modeLacks = 0, types } = predicate;
  return [
    ...(by === undefined ? [] : ['-uid', String(by)]),
    ...(notBy === undefined ? [] : ['!', '-uid', String(notBy)]),
    ...(group === undefined ? [] : ['-gid', String(group)]),
    ...(groupUnwritable === true ? ['!', '-perm', '-020'] : []),
    ...(modeHas === 0 ? [] : ['-perm', `-${modeHas.toString(8)}`]),
    // Of no bits find would say that one of them is set.
    ...(modeLacks === 0 ? [] : ['!', '-perm', `/${modeLacks.toString(8)}`]),
    ...(types === undefined ? [] : ofType(types)),
  ];
}

/** The same of one inode that is no directory, as fstat(2) tells of it. */
export function matchesPredicate(
  stat: { readonly uid: number; readonly gid: number; readonly mode: number },
  path: string,
  predicate: OwnershipPredicate,
): ResultAsync<boolean, ProgramError> {
  const { by, notBy, group, groupUnwritable, modeHas = 0, modeLacks = 0, types, writable } = predicate;
  const type = fileTypeOf(stat.mode);
  const matches =
    (by === undefined || stat.uid === by) &&
    (notBy === undefined || stat.uid !== notBy) &&
    (group === undefined || stat.gid === group) &&
    (groupUnwritable !== true || (stat.mode & 0o020) === 0) &&
    (stat.mode & modeHas) === modeHas &&
    (stat.mode & modeLacks) === 0 &&
    (types === undefined || types.includes(type));
  if (!matches || writable === undefined) return okAsync(matches);
  return probeAccess(path, writable.by, 'write').map((can) => can === writable.is);
}

function ofType(types: readonly FileType[]): readonly string[] {
  if (types.length === 0) return ['-false'];
  return ['(', ...types.flatMap((type, index) => [...(index === 0 ? [] : ['-o']), '-type', LETTERS[type]]), ')'];
}
