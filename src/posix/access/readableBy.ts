import type { Identity } from '../accounts/index.js';
import { EXECUTE, judgePermission, READ } from './judgePermission.js';
import type { Inode } from './judgePermission.js';
import { subjectOf } from './subjectOf.js';

/**
 * Makes the judge of what must not be given away: whether this identity could read a file, or list and enter a
 * directory, before. By mode bits, owner, groups and, where it is given, the ACL. Nothing else is private.
 */
export function readableBy(identity: Identity): (entry: Omit<Inode, 'acl'> & Partial<Pick<Inode, 'acl'>>) => boolean {
  const subject = subjectOf(identity, { override: true, readSearch: true });
  return (entry) => {
    if (entry.type !== 'file' && entry.type !== 'directory') return true;
    const want = entry.type === 'directory' ? READ | EXECUTE : READ;
    return judgePermission({ acl: null, ...entry }, subject, want).allowed;
  };
}
