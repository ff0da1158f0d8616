import type { Identity } from './identity.js';
import { EXECUTE, judgePermission, READ } from './judgePermission.js';
import { subjectOf } from './subjectOf.js';
import type { TreeEntry } from './tree.js';

/**
 * Makes the judge of what must not be given away: whether this identity could read a file, or list and enter a
 * directory, before. By mode bits, owner and groups of the entry alone; ACLs are not read. Nothing else is private.
 */
export function readableBy(identity: Identity): (entry: TreeEntry) => boolean {
  const subject = subjectOf(identity, { override: true, readSearch: true });
  return (entry) => {
    if (entry.type !== 'file' && entry.type !== 'directory') return true;
    const want = entry.type === 'directory' ? READ | EXECUTE : READ;
    return judgePermission({ ...entry, acl: null }, subject, want).allowed;
  };
}
