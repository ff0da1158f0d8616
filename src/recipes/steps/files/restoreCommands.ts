import { octalMode, shellWord } from '../../../posix/paths/index.js';

/** The commands that restore a file from a journal, with programs that every Debian has. */
export function restoreCommands(
  path: string,
  before: { readonly mode: number; readonly uid: number; readonly gid: number },
  { id, journal }: { readonly id: string; readonly journal: string },
): readonly string[] {
  const file = shellWord(path);
  const record = `"type":"step-intended","id":"${id}"`;
  return [
    `grep -m 1 -F '${record}' ${shellWord(journal)} | sed 's/.*"bytes":"\\([^"]*\\)".*/\\1/' | base64 -d > ${file}`,
    `chown ${before.uid}:${before.gid} ${file} && chmod ${octalMode(before.mode)} ${file}`,
  ];
}
