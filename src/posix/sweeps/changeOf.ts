import type { Attributes, SkipReason, TreeChange, TreeEntry } from '../handles/index.js';

/** The change a verdict asks for, or null when the entry is already so. */
export function changeOf(entry: TreeEntry, wanted: Partial<Attributes>): TreeChange | null {
  const { uid, gid, mode } = entry;
  const after = {
    uid: wanted.uid ?? uid,
    gid: wanted.gid ?? gid,
    mode: entry.type === 'symlink' ? mode : (wanted.mode ?? mode) & 0o7777,
  };
  if (after.uid === uid && after.gid === gid && after.mode === mode) return null;
  const { path, type, dev, ino } = entry;
  return { path, type, dev: String(dev), ino: String(ino), before: { uid, gid, mode }, after };
}

/** What is never changed, whoever asks. Source: systemd-tmpfiles' refusal of hard links; chown(2) on setuid. */
export function dangerOf(entry: TreeEntry): SkipReason | null {
  if (entry.type === 'directory') return null;
  if (entry.type === 'block' || entry.type === 'char') return 'device';
  if (entry.nlink > 1) return 'hard-link';
  return entry.type === 'file' && (entry.mode & 0o6000) !== 0 ? 'setuid' : null;
}
